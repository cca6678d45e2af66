import type {Case} from '../case.ts';
import {applyCases} from './apply.ts';
import {changeCases} from './change.ts';
import {clientCases} from './clients.ts';
import {createCases} from './create.ts';
import {describeCases} from './describe.ts';
import {discoverCases} from './discover.ts';
import {errorCases} from './errors.ts';
import {femtoCases} from './femto.ts';
import {getCases} from './get.ts';
import {largeCases} from './large.ts';
import {removeCases} from './remove.ts';
import {waitCases} from './wait.ts';
import {yamlCases} from './yaml.ts';

export const cases: readonly Case[] = [
	...getCases, ...describeCases, ...applyCases, ...changeCases, ...createCases, ...removeCases, ...waitCases,
	...discoverCases, ...errorCases, ...yamlCases, ...largeCases, ...clientCases, ...femtoCases,
];
