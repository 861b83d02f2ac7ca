import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import { inRepo, ROOT } from '../../scripts/lib/paths';
import { waitFor } from './support/wait';

/** In a clone with what is not committed yet, since they write; test/support/printedCommands.ts says which these are. */
describe('a command that the pages print', () => {
	const clone = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-clone-'));
	/** As a shell runs it, to its end. */
	const run = async (command: string) => await execa.command(command, { cwd: clone, shell: true, all: true });
	const git = async (...args: string[]) => (await execa('git', args, { cwd: clone })).stdout;

	beforeAll(async () => {
		const { stdout } = await execa('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
			cwd: ROOT,
		});
		for (const file of stdout.split('\n').filter((name) => fs.existsSync(inRepo(name))))
			fs.cpSync(inRepo(file), path.join(clone, file));
		fs.symlinkSync(inRepo('node_modules'), path.join(clone, 'node_modules'));
		fs.writeFileSync(path.join(clone, 'alfacrm-profile.json'), '{ "total": "missing" }\n');
		await git('init', '--quiet');
		await git('add', '.');
	});
	afterAll(() => fs.rmSync(clone, { recursive: true, force: true, maxRetries: 5 }));

	it.each(['demo', 'demo:queue', 'account:profile', 'dev', 'bench', 'test:deep', 'sandbox'])(
		'npm run %s -- --help says how to use it',
		async (name) => {
			expect((await run(`npm run ${name} -- --help`)).stdout).toContain(`Usage: npm run ${name} --`);
		},
	);

	it('npm run docs mends a table', async () => {
		const page = path.join(clone, 'docs', 'operations.md');
		const whole = fs.readFileSync(page, 'utf8');
		const torn = whole.replace(/^\| Branch \|.*\n/m, '');
		expect(torn).not.toBe(whole);
		fs.writeFileSync(page, torn);
		await run('npm run docs');
		expect(fs.readFileSync(page, 'utf8')).toBe(whole);
	});

	it('npm run format:fix mends what is badly formatted, and nothing else', async () => {
		const file = path.join(clone, 'scripts', 'docs.ts');
		const whole = fs.readFileSync(file, 'utf8');
		fs.writeFileSync(file, whole.replaceAll('\t', '  '));
		await run('npm run format:fix');
		expect(fs.readFileSync(file, 'utf8')).toBe(whole);
		expect(await git('diff', '--name-only')).toBe('');
	});

	it('npm run hooks switches the hooks on', async () => {
		await run('npm run hooks');
		expect(await git('config', 'core.hooksPath')).toBe('.githooks');
		expect(fs.existsSync(path.join(clone, '.githooks', 'pre-commit'))).toBe(true);
	});

	it('takes the tests that it names, and no others', async () => {
		const chosen = async (command: string) =>
			(await run(`${command} --listTests`)).stdout.split('\n').filter((line) => line.endsWith('.test.ts'));
		const one = 'npm test -- test/engine/upsert.test --selectProjects engine';
		expect(await chosen(one)).toEqual([path.join(clone, 'test/engine/upsert.test.ts')]);
		const level = await chosen('npm test -- --selectProjects unit');
		expect(level.length).toBeGreaterThan(10);
		expect(level.filter((file) => !file.includes('/test/unit/'))).toEqual([]);
	});

	it.each([
		'npm run sandbox',
		'npm run sandbox -- --port 0 --customers 5000 --seed 7 --set pageSize=50 --set total=missing',
		`npm run sandbox -- --profile alfacrm-profile.json`,
	])('%s starts an AlfaCRM', async (command) => {
		// Its usual port may be taken.
		const line = command.includes('--port')
			? command
			: command.replace(/sandbox( --)?/, 'sandbox -- --port 0');
		const [tool, ...args] = line.split(' ');
		const sandbox = execa(tool, args, { cwd: clone, reject: false, detached: true });
		let said = '';
		sandbox.stdout?.on('data', (text) => (said += String(text)));
		try {
			const listening = /sandbox listening on (http:\S+)/;
			const url = await waitFor('the sandbox', async () => listening.exec(said)?.[1]);
			expect((await fetch(`${url}/_sandbox/health`)).ok).toBe(true);
		} finally {
			// npm, its shell and the sandbox.
			if (sandbox.pid) process.kill(-sandbox.pid);
			await sandbox;
		}
	});
});
