import fs from 'node:fs';
import type { INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { allExamples, countNodes, JOBS, withHttp, withPackage } from '../../scripts/lib/examples';
import { inRepo } from '../../scripts/lib/paths';
import { CREDENTIAL_NAMES } from '../e2e/support/credentials';
import { alfaCrm, triggers } from '../support/form';
import { NODE } from '../support/nodeErrors';

type Workflow = ReturnType<typeof withPackage>;
type Node = Workflow['nodes'][number];
type Box = Record<'left' | 'top' | 'right' | 'bottom', number>;

const NOTE = 'n8n-nodes-base.stickyNote';
/** What a node takes on the canvas, its name below it included. */
const SIZE = 96;
const NAME_HEIGHT = 44;

const boxOf = ({ type, position: [left, top], parameters }: Node): Box => {
	const { width = SIZE, height = SIZE + NAME_HEIGHT } = (type === NOTE ? parameters : {}) as Record<
		string,
		number
	>;
	return { left, top, right: left + width, bottom: top + height };
};
const overlap = (a: Box, b: Box) =>
	a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Pairs of nodes that cover each other. */
function collisions({ nodes }: Workflow): string[] {
	return nodes.flatMap((one, index) =>
		nodes
			.slice(index + 1)
			.filter((other) => overlap(boxOf(one), boxOf(other)))
			.map((other) => `${String(one.name)} and ${String(other.name)}`),
	);
}

/** Names that connections lead from and to. */
function connected({ connections }: Workflow): string[] {
	const ends = Object.values(connections as Record<string, Record<string, Array<Array<{ node: string }>>>>);
	const targets = ends.flatMap((types) =>
		Object.values(types)
			.flat(2)
			.map(({ node }) => node),
	);
	return [...new Set([...Object.keys(connections as object), ...targets])];
}

const FORMS = Object.fromEntries(
	[alfaCrm, ...triggers].map(({ description: form }) => [
		`n8n-nodes-alfacrm.${form.name}`,
		form as INodeTypeDescription,
	]),
);

const CYRILLIC = /[а-яё]/i;

/** Of a note as it is read: without addresses and the numbers of steps. */
const wordsOf = (note: string) =>
	note
		.replace(/\]\([^)]*\)/g, ']')
		.split(/\s+/)
		.filter((word) => /\p{L}|\d/u.test(word) && !/^\d\.$/.test(word));

/** What stands between double braces, wherever in the parameters. */
function expressionsIn(value: unknown): string[] {
	if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(expressionsIn);
	if (typeof value !== 'string' || !value.startsWith('=')) return [];
	return [...value.matchAll(/\{\{(.*?)\}\}(?!\})/gs)].map(([, expression]) => expression.trim());
}

describe.each(allExamples())('examples/$file', ({ file, workflow }) => {
	const { nodes } = workflow;
	const work = nodes.filter(({ type }) => type !== NOTE);
	const notes = nodes.filter(({ type }) => type === NOTE).map(({ parameters }) => String(parameters.content));

	it('has names in English, a note in English and one in Russian', () => {
		for (const { name } of nodes) expect(name).not.toMatch(CYRILLIC);
		expect(workflow.name).not.toMatch(CYRILLIC);
		expect(notes.map((note) => CYRILLIC.test(note))).toEqual([false, true]);
	});

	it.each(['docs/examples.md', 'docs/ru/examples.md'])(
		'says what it does, three steps and where %s tells the rest, in 40 to 60 words',
		(page) => {
			const note = notes[page.includes('/ru/') ? 1 : 0];
			const job = file.replace('.json', '');
			expect(note).toMatch(/^## .+\n[^\n]+\n1\. .+\n2\. .+\n3\. .+\n\n\[[^\]]+\]\([^)]+\)$/);
			expect(note).toContain(`/blob/main/${page}#${job})`);
			expect(fs.readFileSync(inRepo(page), 'utf8')).toContain(`\n### ${job}\n`);
			expect(wordsOf(note).length).toBeGreaterThanOrEqual(40);
			expect(wordsOf(note).length).toBeLessThanOrEqual(60);
		},
	);

	it('says that the time zone has to be set, if the file has one, since an import through the editor drops it', () => {
		const hasTimeZone = workflow.settings?.timezone === 'Europe/Moscow';
		const [english, russian] = notes;
		expect(english.includes("Set the school's time zone in *Settings*.")).toBe(hasTimeZone);
		expect(russian.includes('Укажите в *Settings* часовой пояс школы.')).toBe(hasTimeZone);
		// The tour has no day and no time in it.
		expect(hasTimeZone).toBe(file !== 'main-job.json');
	});

	it('has no expression above 150 characters', () => {
		const all = nodes.flatMap(({ parameters }) => expressionsIn(parameters));
		expect(all.filter((one) => one.length > 150)).toEqual([]);
	});

	it('calls a lesson and a workflow in Russian as the READMEs do', () => {
		expect(notes.join('\n').match(/\S*(заняти|процесс|сценари)\S*/gi)).toBeNull();
	});

	it('is tidy: nothing covers anything, and each node is connected', () => {
		expect(collisions(workflow)).toEqual([]);
		expect(connected(workflow).sort()).toEqual(work.map(({ name }) => name as string).sort());
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
		expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
	});

	it('fits a screen: at most five nodes stand in a row', () => {
		const columns = work.map(({ position: [left] }) => left);
		expect(Math.max(...columns) - Math.min(...columns)).toBeLessThanOrEqual(960);
	});

	it('holds no data of a run, and names credentials without the ID of any account', () => {
		expect(workflow).toMatchObject({ pinData: {}, id: expect.stringMatching(/^\w{16}$/) as string });
		const references = work.flatMap(({ credentials = {} }) => Object.entries(credentials as object));
		const names: Record<string, string> = {
			alfaCrmApi: CREDENTIAL_NAMES.alfaCrm,
			openAiApi: CREDENTIAL_NAMES.openAi,
			httpBearerAuth: CREDENTIAL_NAMES.bearer,
			httpBasicAuth: CREDENTIAL_NAMES.basic,
			crypto: CREDENTIAL_NAMES.crypto,
		};
		for (const [type, reference] of references) expect(reference).toEqual({ id: null, name: names[type] });
		const ours = work.filter(({ type }) => type.startsWith('n8n-nodes-alfacrm.'));
		expect(ours.length > 0).toBe(file !== 'send.json');
		for (const { credentials } of ours) expect(credentials).toHaveProperty('alfaCrmApi');
	});

	it('gives each AlfaCRM node what its form requires, and nothing that the form has not', () => {
		for (const { type, parameters } of work.filter((node) => node.type in FORMS)) {
			const form = FORMS[type];
			const node = { ...NODE, parameters };
			const issues = NodeHelpers.getNodeParametersIssues(form.properties, node, form);
			expect(issues).toBeNull();
			const known = NodeHelpers.getNodeParameters(form.properties, parameters, true, false, node, form);
			// The times of a poll are n8n's own.
			expect({ pollTimes: parameters.pollTimes, ...known }).toMatchObject(parameters);
		}
	});

	it('lets an agent hear that a tool has failed: otherwise it hears an empty text, and may say that there are no lessons', () => {
		for (const { type, onError } of nodes) {
			if (type.endsWith('.alfaCrmTool')) expect(onError).toBe('continueRegularOutput');
		}
	});

	it('sends by the example "Send" alone, which is chosen and switched on by hand', () => {
		const senders = nodes.filter(({ type }) => /\.(telegram|emailSend|whatsApp)$/.test(type));
		expect(senders).toHaveLength(file === 'send.json' ? 3 : 0);
		for (const { name, disabled, parameters } of nodes.filter(({ type }) => /executeWorkflow$/.test(type))) {
			expect({ name, disabled }).toEqual({ name: 'Send', disabled: true });
			const { value } = parameters.workflowInputs as { value: object };
			expect(parameters.workflowId).toHaveProperty('value', '');
			expect(value).toEqual({ to: '={{ $json.to }}', text: '={{ $json.text }}' });
		}
	});

	it('writes to Telegram no more at once than it takes in a minute', () => {
		const isToChat = nodes.some(({ name, parameters }) =>
			name === 'Message' ? JSON.stringify(parameters).includes('"123456789"') : false,
		);
		const polled = nodes.filter(({ type }) => isToChat && type.endsWith('.alfaCrmTrigger'));
		for (const { parameters } of polled) {
			const { maxPerPoll } = (parameters.options ?? {}) as { maxPerPoll?: number };
			expect(maxPerPoll).toBeLessThan(20);
		}
		expect(polled).toHaveLength(/new-lead|running-out/.test(file) ? 1 : 0);
	});

	it('writes to nobody who has no email', () => {
		const filters = nodes.filter(({ name }) => name === 'Has Email');
		// Where a debtor has none, the office is written to: debt-with-link's own test shows it.
		const isForEach = nodes.some(({ name, executeOnce }) => name === 'Message' && executeOnce !== true);
		expect(filters).toHaveLength(isForEach && !/new-lead|running-out|debt-with-link/.test(file) ? 1 : 0);
	});

	it('is one of the jobs that are played in the tests, unless it is the tour or what others send by', () => {
		expect([...JOBS.map(({ name }) => `${name}.json`), 'main-job.json', 'send.json']).toContain(file);
	});
});

it.each(['docs/answers.md', 'docs/ru/answers.md'])(
	'%s gives the bot the number as the example does',
	(page) => {
		const { nodes } = withPackage('parent-bot');
		const overview = nodes.find(({ name }) => name === 'Get Overview');
		const phone = String(overview?.parameters.phone);
		// What `$json` holds in a tool is the model's choice in today's AI Agent.
		expect(phone).not.toContain('$json');
		expect(fs.readFileSync(inRepo(...page.split('/')), 'utf8')).toContain(`*Phone*\n\`${phone.slice(1)}\``);
	},
);

describe('the comparison', () => {
	const compared = JOBS.filter(({ isCompared }) => isCompared);

	it('is about ten of the jobs', () => {
		expect(compared).toHaveLength(10);
		expect(allExamples()).toHaveLength(JOBS.length + 2);
	});

	it.each(compared)('$name is fair: what is not AlfaCRM is the same on both sides', ({ name }) => {
		const [ours, theirs] = [withPackage(name), withHttp(name)];
		const typesOf = ({ nodes }: Workflow) => nodes.map(({ type }) => type);
		expect(typesOf(theirs).join()).not.toContain('alfacrm');
		expect(typesOf(ours).join()).not.toContain('httpRequest');
		const last = (workflow: Workflow) => workflow.nodes.filter(({ type }) => /executeWorkflow$/.test(type));
		expect(last(theirs).map(({ parameters }) => parameters)).toEqual(
			last(ours).map(({ parameters }) => parameters),
		);
		expect(countNodes(ours)).toBeLessThan(countNodes(theirs));
	});

	it.each(JOBS)(
		'$name is linked in the READMEs, and stands in the tables with the number of its nodes',
		({ name, isCompared }) => {
			const counts = [countNodes(withPackage(name)), isCompared ? countNodes(withHttp(name)) : '–'];
			for (const page of ['README.md', 'docs/ru/README.md'])
				expect(fs.readFileSync(inRepo(page), 'utf8')).toContain(`examples/${name}.json)`);
			for (const page of ['docs/examples.md', 'docs/ru/examples.md'])
				expect(fs.readFileSync(inRepo(page), 'utf8')).toContain(
					`examples/${name}.json) | ${counts.join(' | ')} |`,
				);
		},
	);

	it('does not count notes', () => {
		const [{ workflow }] = allExamples();
		const without = { ...workflow, nodes: workflow.nodes.filter(({ type }) => type !== NOTE) };
		expect(workflow.nodes.length).toBeGreaterThan(without.nodes.length);
		expect(countNodes(workflow)).toBe(without.nodes.length);
	});
});

describe('"Send"', () => {
	const { nodes, connections } = withPackage('send');
	const named = (name: string) => nodes.find((node) => node.name === name);
	const channels = nodes.filter(({ name }) => String(name).startsWith('Send '));

	it('takes the two inputs that the other examples give', () => {
		const { values } = named('To and Text')?.parameters.workflowInputs as { values: unknown };
		expect(values).toEqual(['to', 'text'].map((name) => ({ name, type: 'string' })));
	});

	it('holds one channel that is on, and three to connect in its place', () => {
		const start = (connections as Record<string, unknown>)['To and Text'];
		expect(start).toEqual({ main: [[{ node: 'Send Email', type: 'main', index: 0 }]] });
		expect(channels.map(({ disabled }) => disabled ?? false)).toEqual([false, true, true, true]);
	});

	it('says of each channel whom it could not write to, after all others', () => {
		for (const { name, onError } of channels) {
			expect(onError).toBe('continueErrorOutput');
			expect((connections as Record<string, unknown>)[String(name)]).toEqual({
				main: [[], [{ node: 'Not Sent', type: 'main', index: 0 }]],
			});
		}
	});

	it('writes to Telegram what it can read, whatever names and emails hold', () => {
		const parameters = named('Send to Telegram')?.parameters ?? {};
		// Unless it is told, n8n sends Markdown: one `_` in an email, and Telegram refuses the message.
		expect(parameters.additionalFields).toMatchObject({ parse_mode: 'HTML' });
		for (const sign of ['&', '<', '>']) expect(parameters.text).toContain(`replaceAll('${sign}', `);
	});
});

describe('the eight jobs of a school', () => {
	/** Nodes beside the trigger and the notes. */
	const MOST = {
		'promoter-lead': 4,
		'messenger-funnel': 3,
		'morning-check': 3,
		'payment-yookassa': 2,
		'lesson-reminder': 3,
		'trial-booking': 3,
		'nightly-export': 6,
		'debt-with-link': 2,
	};

	it.each(Object.entries(MOST))(
		'%s takes at most %i nodes beside its trigger, no Code among them',
		(name, most) => {
			const types = withPackage(name).nodes.map(({ type }) => type);
			const steps = types.filter((type) => type !== NOTE && !/trigger$|\.webhook$/i.test(type));
			expect(types.filter((type) => type !== NOTE)).toHaveLength(steps.length + 1);
			expect(steps.length).toBeLessThanOrEqual(most);
			expect(steps.filter((type) => /\.(code|function|functionItem|executeCommand)$/.test(type))).toEqual([]);
		},
	);
});

it('speaks Russian to whoever fills in the form', () => {
	const form = withPackage('form-to-lead').nodes.find(({ type }) => type.endsWith('.formTrigger'));
	const { formTitle, formDescription, formFields, options } = form?.parameters as Record<string, never>;
	const { buttonLabel, respondWithOptions } = options as Record<string, unknown>;
	const { values } = formFields as { values: Array<{ fieldLabel: string }> };
	const { formSubmittedText } = (respondWithOptions as { values: Record<string, unknown> }).values;
	for (const text of [
		...[formTitle, formDescription, buttonLabel, formSubmittedText],
		...values.map(({ fieldLabel }) => fieldLabel),
	])
		expect(text).toMatch(/^[^a-z]+$/i);
});

it('gives an MCP server tools that read, and nobody access without a token', () => {
	const { nodes } = withPackage('mcp-server');
	const server = nodes.find(({ type }) => type.endsWith('.mcpTrigger'));
	expect(server?.parameters.authentication).toBe('bearerAuth');
	const tools = nodes.filter(({ type }) => type.endsWith('.alfaCrmTool'));
	expect(tools.map(({ parameters }) => parameters.operation)).toEqual([
		...['getOverview', 'getAll', 'getFreeSlots', 'getAll'],
	]);
});
