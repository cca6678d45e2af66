/** A datagram socket as a parameter: UDP in bridge/udp.ts, the link model in the simulator. */
export interface DatagramPort {
	/** `address` is opaque text that names the peer, as given to the handler. Delivery is not promised. */
	send(address: string, bytes: Uint8Array): void;
	/** One handler; set before the first datagram can arrive. */
	onDatagram(handler: (address: string, bytes: Uint8Array) => void): void;
	close(): Promise<void>;
}
