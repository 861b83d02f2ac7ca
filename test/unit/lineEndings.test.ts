import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import { inRepo } from '../../scripts/lib/paths';

/** Git for Windows turns the ends of lines into its own, unless a repository says otherwise. */
describe('a clone by git for Windows', () => {
	const clone = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-lines-'));
	const git = async (...args: string[]) =>
		await execa('git', ['-c', 'core.autocrlf=true', '-c', 'core.safecrlf=false', ...args], { cwd: clone });

	afterAll(() => fs.rmSync(clone, { recursive: true }));

	it.each([
		['a script that Docker runs in Linux', 'examples/docker/install.sh'],
		['a hook', '.githooks/pre-commit'],
		['a source', 'index.js'],
		['a page', 'README.md'],
		['a picture', 'docs/images/example-light.png'],
	])('has the same bytes: %s', async (_, file) => {
		const { name: copy } = path.parse(file);
		fs.copyFileSync(inRepo('.gitattributes'), path.join(clone, '.gitattributes'));
		fs.copyFileSync(inRepo(file), path.join(clone, copy));
		await git('init', '--quiet');
		await git('add', copy);
		fs.rmSync(path.join(clone, copy));
		await git('checkout-index', copy);

		expect(fs.readFileSync(path.join(clone, copy)).equals(fs.readFileSync(inRepo(file)))).toBe(true);
	});
});
