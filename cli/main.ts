#!/usr/bin/env node
import {Command} from 'commander';

const program = new Command('femto').description('declare what a fleet of microcontrollers shall run');

await program.parseAsync(process.argv);
