import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { inRepo, ROOT } from '../../../scripts/lib/paths';
import { publishFaults, workflowFaults } from '../../../scripts/lib/release/workflows';

const PUBLISH = fs.readFileSync(inRepo('.github/workflows/publish.yml'), 'utf8');

describe('the workflows', () => {
	it('are what GitHub understands', async () => {
		expect(fs.readdirSync(inRepo('.github/workflows')).sort()).toEqual(['ci.yml', 'deep.yml', 'publish.yml']);
		expect(await workflowFaults(ROOT)).toEqual([]);
	});

	it.each([
		['a key that there is not', '- usess: actions/checkout@v5', 'unexpected key "usess"'],
		['a name that nothing has', '- run: echo ${{ secrtes.TOKEN }}', 'undefined variable "secrtes"'],
		['what somebody else may write', '- run: echo ${{ github.event.issue.title }}', 'untrusted'],
	])('would not pass with %s', async (_what, step, fault) => {
		const root = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-workflows-'));
		const workflow = `on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      ${step}\n`;
		fs.mkdirSync(path.join(root, '.github/workflows'), { recursive: true });
		fs.writeFileSync(path.join(root, '.github/workflows/one.yml'), workflow);

		const faults = await workflowFaults(root);
		fs.rmSync(root, { recursive: true });

		expect(faults.join('\n')).toContain(fault);
	});
});

describe('the workflow that publishes', () => {
	it('does it as n8n demands', () => {
		expect(publishFaults(PUBLISH)).toEqual([]);
	});

	it.each<[fault: string, part: string | RegExp, other: string]>([
		['npm publish goes without --provenance', / --provenance/g, ''],
		['npm publish goes without --provenance', ' --provenance', ''],
		['a version such as 1.1.0-beta.1 has no tag of its own, without which npm refuses it', ' --tag next', ''],
		['the job that publishes may not have an ID token', 'id-token: write', 'id-token: none'],
		[
			'the job that publishes has rights that it does not need',
			'contents: read\n      # npm',
			'contents: write\n      # npm',
		],
		['it publishes what no job before it has tested', 'run: npm test', 'run: npm run check'],
		['it publishes what no job before it has tested', '    needs: [test, deep]\n', ''],
		['nothing before it checks that tag, version and owner are real', ' --tag "$GITHUB_REF_NAME"', ''],
		['it does not start from tags alone', "tags: ['v*']", 'branches: [main]'],
		['no job makes a release on GitHub', 'gh release create', 'echo'],
		['no job runs npm publish', /npm publish/g, 'npm pack'],
	])('%s: is found', (fault, part, other) => {
		expect(PUBLISH.replace(part, other)).not.toBe(PUBLISH);
		expect(publishFaults(PUBLISH.replace(part, other))).toContain(fault);
	});
});
