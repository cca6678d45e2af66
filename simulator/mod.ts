export {startRealtimeFleet} from './realtime.ts';
export type {RealtimeFleet, RealtimeFleetOptions} from './realtime.ts';
export type {SimulatedNode} from './simulated-node.ts';
export type {BridgeAddress} from './udp.ts';
