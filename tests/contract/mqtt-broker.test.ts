import {testBroker} from './mqtt-broker.ts';
import {mosquittoMissing, startAedes, startModel, startMosquitto} from './support/brokers.ts';

testBroker('broker model', startModel, false);
testBroker('aedes', startAedes, false);
testBroker('Mosquitto', startMosquitto, mosquittoMissing());
