'use strict';

const fs = require('node:fs');

/** Adds up jest's JSON reports and prints "N passed, N failed". A suite that could not run counts as one failure, as does a missing report. */
let passed = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
	try {
		const report = JSON.parse(fs.readFileSync(file, 'utf8'));
		passed += report.numPassedTests;
		failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
	} catch {
		console.error(`No test report at ${file}`);
		failed += 1;
	}
}
console.log(`${passed} passed, ${failed} failed`);
