import type {Topic} from '../scenario.ts';
import {builtins} from './builtins.ts';
import {changing} from './changing.ts';
import {creating} from './creating.ts';
import {discovery} from './discovery.ts';
import {kubectl} from './kubectl.ts';
import {reading} from './reading.ts';
import {watching} from './watching.ts';

export const topics: readonly Topic[] = [discovery, reading, creating, changing, watching, builtins, kubectl];
