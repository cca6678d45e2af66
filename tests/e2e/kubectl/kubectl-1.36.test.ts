import {testKubectl} from './testing.ts';

testKubectl('1.36');
