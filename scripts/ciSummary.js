// @ts-check
'use strict';

const fs = require('node:fs');

/**
 * Adds up jest's JSON reports and prints "N passed, N failed". A suite that could not run counts as one failure, as does a report that
 * is missing, does not add up, or is of a run that failed for another reason. JavaScript, because it has to say so as well where
 * nothing could be installed.
 */
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const file of process.argv.slice(2)) {
	try {
		const report = JSON.parse(fs.readFileSync(file, 'utf8'));
		const { numPassedTests: passed, numPendingTests, numTodoTests } = report;
		const skipped = numPendingTests + numTodoTests;
		const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
		const isWhole = passed + report.numFailedTests + skipped === report.numTotalTests && passed > 0;
		const isOdd = !isWhole || (failed === 0 && !report.success);
		if (isOdd) console.error(`The report at ${file} does not add up`);
		sum.passed += passed;
		sum.skipped += skipped;
		sum.failed += failed + (isOdd ? 1 : 0);
	} catch {
		console.error(`No test report at ${file}`);
		sum.failed += 1;
	}
}
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
