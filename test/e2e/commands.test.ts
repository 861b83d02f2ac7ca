import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import { inRepo, ROOT } from '../../scripts/lib/paths';
import { waitFor } from './support/wait';

/**
 * The commands that the documentation prints. Some of them write files, so they run in a clone of the repository, which
 * includes changes that are not committed yet.
 */
const clone = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-clone-'));

beforeAll(async () => {
	await copyRepositoryFiles();
	fs.symlinkSync(inRepo('node_modules'), path.join(clone, 'node_modules'));
	fs.writeFileSync(path.join(clone, 'alfacrm-profile.json'), '{ "total": "missing" }\n');
	await runGit('init', '--quiet');
	await runGit('add', '.');
});

afterAll(() => {
	fs.rmSync(clone, { recursive: true, force: true, maxRetries: 5 });
});

/** Copies the files that git knows or would take, which leaves out ignored ones. */
async function copyRepositoryFiles(): Promise<void> {
	const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
	const { stdout } = await execa('git', args, { cwd: ROOT });

	for (const file of stdout.split('\n')) {
		const isDeleted = !fs.existsSync(inRepo(file));
		if (isDeleted) continue;
		fs.cpSync(inRepo(file), path.join(clone, file));
	}
}

/** Runs git in the clone and returns its output. */
async function runGit(...args: string[]): Promise<string> {
	const { stdout } = await execa('git', args, { cwd: clone });
	return stdout;
}

/** Runs a command in the clone as a shell does, and returns its output. */
async function runCommand(command: string): Promise<string> {
	const { stdout } = await execa.command(command, { cwd: clone, shell: true });
	return stdout;
}

describe('the help of the commands', () => {
	it.each(['demo', 'demo:queue', 'account:profile', 'dev', 'bench', 'test:deep', 'sandbox'])(
		'npm run %s -- --help says how to use the command',
		async (name) => {
			expect(await runCommand(`npm run ${name} -- --help`)).toContain(`Usage: npm run ${name} --`);
		},
	);
});

describe('commands that change files', () => {
	it('npm run docs writes a missing row of a table again', async () => {
		const page = path.join(clone, 'docs', 'operations.md');
		const originalText = fs.readFileSync(page, 'utf8');
		const textWithoutRow = originalText.replace(/^\| Branch \|.*\n/m, '');
		expect(textWithoutRow).not.toBe(originalText);
		fs.writeFileSync(page, textWithoutRow);

		await runCommand('npm run docs');

		expect(fs.readFileSync(page, 'utf8')).toBe(originalText);
	});

	it('npm run format:fix formats a badly indented file and changes no other file', async () => {
		const file = path.join(clone, 'scripts', 'docs.ts');
		const originalCode = fs.readFileSync(file, 'utf8');
		fs.writeFileSync(file, originalCode.replaceAll('\t', '  '));

		await runCommand('npm run format:fix');

		expect(fs.readFileSync(file, 'utf8')).toBe(originalCode);
		expect(await runGit('diff', '--name-only')).toBe('');
	});

	it('npm run hooks lets git use the hooks of the repository', async () => {
		await runCommand('npm run hooks');

		expect(await runGit('config', 'core.hooksPath')).toBe('.githooks');
		expect(fs.existsSync(path.join(clone, '.githooks', 'pre-commit'))).toBe(true);
	});
});

describe('the choice of tests', () => {
	/** Lists the files of the tests that a command would run, as paths inside the clone. */
	async function listTests(command: string): Promise<string[]> {
		const output = await runCommand(`${command} --listTests`);
		const testFiles = output.split('\n').filter((line) => line.endsWith('.test.ts'));
		return testFiles.map((file) => path.relative(clone, file));
	}

	it('npm test with the name of a file runs the tests of this file only', async () => {
		const tests = await listTests('npm test -- test/engine/upsert.test --selectProjects engine');

		expect(tests).toEqual(['test/engine/upsert.test.ts']);
	});

	it('npm test with the name of a project runs all tests of this project and no others', async () => {
		const tests = await listTests('npm test -- --selectProjects unit');

		expect(tests.length).toBeGreaterThan(10);
		for (const test of tests) {
			expect(test).toMatch(/^test\/unit\//);
		}
	});
});

describe('npm run sandbox', () => {
	/** Starts a command with all processes of its own in one group, and collects its output. */
	function startInBackground(command: string) {
		const started = execa.command(command, { cwd: clone, reject: false, detached: true });
		let output = '';
		started.stdout?.on('data', (text) => {
			output += String(text);
		});

		return {
			readOutput: () => output,
			stop: async () => {
				if (started.pid) {
					// A negative ID addresses the group: npm, its shell and the sandbox.
					process.kill(-started.pid);
				}
				await started;
			},
		};
	}

	/** Waits until the output of the sandbox names its URL. */
	async function waitForUrl(readOutput: () => string): Promise<string> {
		return await waitFor(
			'the URL of the sandbox',
			async () => /sandbox listening on (http:\S+)/.exec(readOutput())?.[1],
		);
	}

	// The pages print the first and the last command without `--port 0`, but the usual port may be taken here.
	it.each([
		'npm run sandbox -- --port 0',
		'npm run sandbox -- --port 0 --customers 5000 --seed 7 --set pageSize=50 --set total=missing',
		'npm run sandbox -- --port 0 --profile alfacrm-profile.json',
	])('%s starts a healthy sandbox', async (command) => {
		const sandbox = startInBackground(command);

		try {
			const url = await waitForUrl(sandbox.readOutput);
			const health = await fetch(`${url}/_sandbox/health`);

			expect(health.ok).toBe(true);
		} finally {
			await sandbox.stop();
		}
	});
});
