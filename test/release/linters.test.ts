import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import type { ESLint } from 'eslint';
import { Linter } from 'eslint';
import execa from 'execa';
import type { INodeProperties } from 'n8n-workflow';

import { inRepo, ROOT } from '../../scripts/lib/paths';
import { setOwner } from '../../scripts/lib/owner';
import { description, triggers } from '../support/form';

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-linters-'))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

describe("n8n's linter, given the form written out as it would be by hand", () => {
	type Plugin = ESLint.Plugin & { configs: { nodes: { rules: Linter.RulesRecord } } };
	/** Comes with @n8n/node-cli. */
	const plugin = jest.requireActual<Plugin>('eslint-plugin-n8n-nodes-base');

	/** AlfaCRM calls the seats of a group `limit`; n8n's rules take each `limit` for the one of Get Many. */
	const renamed = (_key: string, value: unknown) => {
		const property = value as INodeProperties | null;
		if (property?.displayName === 'Seats') return { ...property, name: 'seats' };
		// Nobody looks for the last two resources first, and n8n's panel has the actions in their order.
		if (property?.name !== 'resource') return value;
		const [resources, last] = [property.options?.slice(0, -2), property.options?.slice(-2)];
		expect(last?.map(({ name }) => name)).toEqual(['Account', 'API Call']);
		return { ...property, options: [...(last ?? []), ...(resources ?? [])] };
	};

	const lint = (properties: INodeProperties[]) => {
		// The rules look for plain keys, JSON has quoted ones.
		const form = JSON.stringify(properties, renamed, '\t').replace(/^(\t*)"(\w+)":/gm, '$1$2:');
		const lines = `module.exports = ${form};`.split('\n');
		const found = new Linter({ configType: 'flat' }).verify(
			lines.join('\n'),
			{
				files: ['**/*.ts'],
				plugins: { 'n8n-nodes-base': plugin },
				rules: {
					...plugin.configs.nodes.rules,
					// Switched off by @n8n/node-cli.
					'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
					// AlfaCRM's colors are numbers or words of its palette, which n8n's color picker does not know.
					'n8n-nodes-base/node-param-color-type-unused': 'off',
				},
			},
			{ filename: 'nodes/AlfaCrm/Written.ts' },
		);
		return found.map(
			({ ruleId, message, line }) => `${ruleId}: ${message} ${lines.slice(line - 1, line + 3).join(' ')}`,
		);
	};

	it.each([description, ...triggers.map((trigger) => trigger.description)])(
		'finds nothing in $name',
		({ properties }) => {
			expect(lint(properties)).toEqual([]);
		},
	);

	it.each<[rule: string, parameter: Partial<INodeProperties>]>([
		['node-param-display-name-miscased', { displayName: 'class of pupil' }],
		['node-param-display-name-untrimmed', { displayName: 'Some Text ' }],
		['node-param-required-false', { required: false }],
		[
			'node-param-display-name-wrong-for-dynamic-options',
			{ type: 'options', typeOptions: { loadOptionsMethod: 'branches' } },
		],
		['node-param-default-wrong-for-boolean', { type: 'boolean', description: 'Whether it is', default: '' }],
		[
			'node-param-description-boolean-without-whether',
			{ type: 'boolean', description: 'It is', default: false },
		],
		['node-param-description-excess-final-period', { description: 'One sentence.' }],
		[
			'node-param-options-type-unsorted-items',
			{ type: 'options', default: 'f', options: [...'fedcba'].map((name) => ({ name, value: name })) },
		],
	])('would find %s', (rule, parameter) => {
		const planted = { displayName: 'Some Text', name: 'someText', type: 'string', default: '', ...parameter };
		expect(lint([planted as INodeProperties]).join('\n')).toContain(rule);
	});
});

describe('the owner of the package', () => {
	it.each(['acme', 'a-very-long-organisation-name-of-39-chars'])(
		'is set in files that npm run format takes, %s too',
		async (login) => {
			for (const part of [
				'package.json',
				'README.md',
				'docs',
				'nodes',
				'credentials',
				'.github',
				'.prettierrc.js',
			])
				fs.cpSync(inRepo(part), path.join(folder, part), { recursive: true });
			fs.copyFileSync(inRepo('LICENSE'), path.join(folder, 'LICENSE'));

			const { changed } = await setOwner(folder, { login });

			const options = { cwd: folder, localDir: ROOT, preferLocal: true, reject: false };
			const args = ['--list-different', '--ignore-unknown', ...changed];
			const { exitCode, stdout } = await execa('prettier', args, options);
			expect(changed).toContain('package.json');
			expect([stdout, exitCode]).toEqual(['', 0]);
		},
	);
});
