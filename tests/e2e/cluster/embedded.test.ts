import {clusterSuite} from './suite.ts';
import {startEmbedded} from './servers.ts';

clusterSuite('The whole loop on the embedded API', startEmbedded);
