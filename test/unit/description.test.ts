import type { ESLint } from 'eslint';
import { Linter } from 'eslint';
import type { INodeProperties } from 'n8n-workflow';

import {
	actionTable,
	alfaCrm,
	choicesOf,
	description,
	evaluated,
	listOf,
	resource,
	triggers,
} from '../support/form';
import { areUnique, endsRightly, isTitleCase } from './wordingRules';

describe('the node', () => {
	it('has what n8n and its AI agents show of a node', () => {
		expect(description).toMatchObject({
			displayName: 'AlfaCRM',
			name: 'alfaCrm',
			usableAsTool: true,
			credentials: [{ name: 'alfaCrmApi', required: true }],
			icon: {
				light: expect.stringMatching(/\.svg$/) as string,
				dark: expect.stringMatching(/\.svg$/) as string,
			},
		});
		expect(endsRightly(description.description)).toBe(true);
	});

	it.each(actionTable)('is called in words in a workflow: %s, %s', (of, does) => {
		const said = evaluated(String(description.subtitle), { resource: of, operation: does });
		const operation = listOf(of)
			.flatMap(choicesOf)
			.find(({ value }) => value === does);
		const [what] = choicesOf(resource).filter(({ value }) => value === of);
		expect(said).toBe(`${operation?.name}: ${what.name}`);
	});

	it('stays small enough to be sent to every editor that opens', () => {
		expect(JSON.stringify(description).length).toBeLessThan(1_500_000);
	});

	it('is plain data', () => {
		expect(JSON.parse(JSON.stringify(description))).toEqual(description);
	});
});

describe.each(triggers.map((trigger) => ({ trigger, name: trigger.description.displayName })))(
	'the $name',
	({ trigger: { description: trigger } }) => {
		it('has what n8n shows of a trigger', () => {
			expect(trigger).toMatchObject({
				displayName: expect.stringMatching(/^AlfaCRM .*Trigger$/) as string,
				name: expect.stringMatching(/^alfaCrm\w*Trigger$/) as string,
				group: ['trigger'],
				inputs: [],
				outputs: ['main'],
				icon: description.icon,
				subtitle: expect.stringMatching(/^=\{\{.*\}\}$/) as string,
			});
			expect(trigger.defaults.name).toBe(trigger.displayName);
			expect(isTitleCase(trigger.displayName)).toBe(true);
			expect(endsRightly(trigger.description)).toBe(true);
			expect(trigger.usableAsTool).toBeUndefined();
			// One parameter may begin otherwise where another is set otherwise.
			const places = trigger.properties.map(({ name, displayOptions }) =>
				JSON.stringify([name, displayOptions]),
			);
			expect(areUnique(places)).toBe(true);
			expect(JSON.parse(JSON.stringify(trigger))).toEqual(trigger);
		});

		it('fills its dropdowns as the node does', () => {
			for (const { typeOptions } of trigger.properties) {
				const method = typeOptions?.loadOptionsMethod;
				if (method !== undefined) expect(Object.keys(alfaCrm.methods.loadOptions)).toContain(method);
			}
			expect(trigger.credentials).toEqual([expect.objectContaining({ name: 'alfaCrmApi' })]);
		});
	},
);

// ---------------------------------------------------------------- n8n's own linter

describe("n8n's linter, given the form written out as it would be by hand", () => {
	type Plugin = ESLint.Plugin & { configs: { nodes: { rules: Linter.RulesRecord } } };
	/** Comes with @n8n/node-cli. */
	const plugin = jest.requireActual<Plugin>('eslint-plugin-n8n-nodes-base');

	/** AlfaCRM calls the seats of a group `limit`; n8n's rules take each `limit` for the one of Get Many. */
	const renamed = (_key: string, value: unknown) => {
		const isSeats = (value as INodeProperties | null)?.displayName === 'Seats';
		return isSeats ? { ...(value as INodeProperties), name: 'seats' } : value;
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

	it('finds nothing', () => {
		expect(lint(description.properties)).toEqual([]);
	});

	it.each(triggers.map(({ description: trigger }) => [trigger.name, trigger.properties] as const))(
		'finds nothing in %s',
		(_name, properties) => {
			expect(lint(properties)).toEqual([]);
		},
	);

	it.each<[rule: string, parameter: Partial<INodeProperties>]>([
		['node-param-display-name-miscased', { displayName: 'class of pupil' }],
		['node-param-default-wrong-for-boolean', { type: 'boolean', description: 'Whether it is', default: '' }],
		[
			'node-param-description-boolean-without-whether',
			{ type: 'boolean', description: 'It is', default: false },
		],
		['node-param-description-excess-final-period', { description: 'One sentence.' }],
		[
			'node-param-options-type-unsorted-items',
			{
				type: 'options',
				default: 'f',
				options: [...'fedcba'].map((value) => ({ name: value.toUpperCase(), value })),
			},
		],
	])('would find %s', (rule, parameter) => {
		const planted = { displayName: 'Some Text', name: 'someText', type: 'string', default: '', ...parameter };
		expect(lint([planted as INodeProperties]).join('\n')).toContain(rule);
	});
});
