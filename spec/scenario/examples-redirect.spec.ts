import { exampleSuite, runWherePossible } from './example-suite.ts';
import { examples, usesClassifiers } from './examples.ts';

const TITLE = 'examples in which a classifier redirects';

runWherePossible(TITLE, exampleSuite(TITLE, examples().filter(usesClassifiers)));
