import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import type { ESLint } from 'eslint';
import { Linter } from 'eslint';
import execa from 'execa';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { inRepo, ROOT } from '../../scripts/lib/paths';
import { setOwner } from '../../scripts/lib/owner';
import { description, triggers } from '../support/form';

describe("n8n's linter on the node's form", () => {
	type Plugin = ESLint.Plugin & { configs: { nodes: { rules: Linter.RulesRecord } } };

	/** The plugin is a dependency of @n8n/node-cli. */
	const plugin = jest.requireActual<Plugin>('eslint-plugin-n8n-nodes-base');

	const LINTER_CONFIG: Linter.Config = {
		files: ['**/*.ts'],
		plugins: { 'n8n-nodes-base': plugin },
		rules: {
			...plugin.configs.nodes.rules,
			// @n8n/node-cli switches this rule off as well.
			'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
			// AlfaCRM's colors are numbers or words of its own palette, which n8n's color picker does not know.
			'n8n-nodes-base/node-param-color-type-unused': 'off',
		},
	};

	/** Puts the last two resources first, where the linter expects them by the alphabet. */
	function sortResources(options: INodePropertyOptions[]): INodePropertyOptions[] {
		const lastTwo = options.slice(-2);
		expect(lastTwo.map(({ name }) => name)).toEqual(['Account', 'API Call']);

		return [...lastTwo, ...options.slice(0, -2)];
	}

	/** Changes the two parameters that break a rule on purpose. `JSON.stringify` calls it for each value of the form. */
	function adaptToLinter(_key: string, value: unknown): unknown {
		const parameter = value as INodeProperties | null;

		// AlfaCRM calls the seats of a group `limit`, and the linter takes it for the `limit` of Get Many.
		if (parameter?.displayName === 'Seats') return { ...parameter, name: 'seats' };

		// The two resources that few people look for come last, because n8n's panel keeps the order of the form.
		if (parameter?.name === 'resource') {
			return { ...parameter, options: sortResources(parameter.options as INodePropertyOptions[]) };
		}

		return value;
	}

	/** Writes a form as the source code of a module, as somebody would write it by hand. */
	function writeAsModule(properties: INodeProperties[]): string {
		const json = JSON.stringify(properties, adaptToLinter, '\t');
		const withPlainKeys = json.replace(/^(\t*)"(\w+)":/gm, '$1$2:');
		return `module.exports = ${withPlainKeys};`;
	}

	/** Lists the linter's complaints about a form, each with the lines that it is about. */
	function lintForm(properties: INodeProperties[]): string[] {
		const code = writeAsModule(properties);
		const linter = new Linter({ configType: 'flat' });
		const messages = linter.verify(code, LINTER_CONFIG, { filename: 'nodes/AlfaCrm/Written.ts' });

		const lines = code.split('\n');
		return messages.map(({ ruleId, message, line }) => {
			const excerpt = lines.slice(line - 1, line + 3).join(' ');
			return `${ruleId}: ${message} ${excerpt}`;
		});
	}

	it.each([description, ...triggers.map((trigger) => trigger.description)])(
		'the linter has no complaint about the form of $name',
		({ properties }) => {
			expect(lintForm(properties)).toEqual([]);
		},
	);

	const SORTED_BACKWARDS = [
		{ name: 'f', value: 'f' },
		{ name: 'e', value: 'e' },
		{ name: 'd', value: 'd' },
		{ name: 'c', value: 'c' },
		{ name: 'b', value: 'b' },
		{ name: 'a', value: 'a' },
	];

	it.each<{ rule: string; mistake: Partial<INodeProperties> }>([
		{
			rule: 'node-param-display-name-miscased',
			mistake: { displayName: 'class of pupil' },
		},
		{
			rule: 'node-param-display-name-untrimmed',
			mistake: { displayName: 'Some Text ' },
		},
		{
			rule: 'node-param-required-false',
			mistake: { required: false },
		},
		{
			rule: 'node-param-display-name-wrong-for-dynamic-options',
			mistake: { type: 'options', typeOptions: { loadOptionsMethod: 'branches' } },
		},
		{
			rule: 'node-param-default-wrong-for-boolean',
			mistake: { type: 'boolean', description: 'Whether it is', default: '' },
		},
		{
			rule: 'node-param-description-boolean-without-whether',
			mistake: { type: 'boolean', description: 'It is', default: false },
		},
		{
			rule: 'node-param-description-excess-final-period',
			mistake: { description: 'One sentence.' },
		},
		{
			rule: 'node-param-options-type-unsorted-items',
			mistake: { type: 'options', default: 'f', options: SORTED_BACKWARDS },
		},
	])('the linter complains about a parameter that breaks $rule', ({ rule, mistake }) => {
		const parameter: INodeProperties = {
			displayName: 'Some Text',
			name: 'someText',
			type: 'string',
			default: '',
			...mistake,
		};

		const complaints = lintForm([parameter]);

		expect(complaints).toContainEqual(expect.stringContaining(rule));
	});
});

describe('the owner of the package', () => {
	const FILES_WITH_AN_OWNER = [
		'package.json',
		'README.md',
		'LICENSE',
		'docs',
		'nodes',
		'credentials',
		'.github',
		'.prettierrc.js',
	];

	let copy: string;

	beforeEach(() => {
		copy = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-linters-'));
		for (const file of FILES_WITH_AN_OWNER) {
			fs.cpSync(inRepo(file), path.join(copy, file), { recursive: true });
		}
	});

	afterEach(() => {
		fs.rmSync(copy, { recursive: true });
	});

	it.each([{ login: 'acme' }, { login: 'a-very-long-organisation-name-of-39-chars' }])(
		'a new owner $login leaves every changed file formatted',
		async ({ login }) => {
			const { changed } = await setOwner(copy, { login });

			const prettier = await execa('prettier', ['--list-different', '--ignore-unknown', ...changed], {
				cwd: copy,
				localDir: ROOT,
				preferLocal: true,
				reject: false,
			});
			expect(changed).toContain('package.json');
			expect(prettier.stdout).toBe('');
			expect(prettier.exitCode).toBe(0);
		},
	);
});
