import type { INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { countNodes, JOBS, withHttp, withPackage } from '../../scripts/lib/examples';
import { CREDENTIAL_NAMES } from '../e2e/support/credentials';
import { alfaCrm, triggers } from '../support/form';
import { NODE } from '../support/nodeErrors';
import type { Workflow } from './exampleWorkflows';
import {
	connectionsFrom,
	countWords,
	examples,
	findCollisions,
	findExpressions,
	findNode,
	listConnectedNames,
	listSteps,
	readPage,
} from './exampleWorkflows';

const CYRILLIC = /[а-яё]/i;
const TOUR = 'main-job.json';
const SEND = 'send.json';

/** The examples whose messages go to one chat of Telegram, which takes 20 messages in a minute. */
const EXAMPLES_WITH_CHAT = ['lessons-running-out-to-manager.json', 'new-lead-to-messenger.json'];

const CREDENTIAL_NAME_BY_TYPE: Record<string, string> = {
	alfaCrmApi: CREDENTIAL_NAMES.alfaCrm,
	openAiApi: CREDENTIAL_NAMES.openAi,
	httpBearerAuth: CREDENTIAL_NAMES.bearer,
	httpBasicAuth: CREDENTIAL_NAMES.basic,
	crypto: CREDENTIAL_NAMES.crypto,
};

const FORMS = new Map(
	[alfaCrm, ...triggers].map(({ description }) => [
		`n8n-nodes-alfacrm.${description.name}`,
		description as INodeTypeDescription,
	]),
);

const examplesWithoutTour = examples.filter(({ file }) => file !== TOUR);
const tour = examples.filter(({ file }) => file === TOUR);
const examplesWithAlfaCrm = examples.filter(({ file }) => file !== SEND);
const allSteps = examples.flatMap(({ file, nodes }) =>
	nodes.map((node) => ({ place: `${file} / ${String(node.name)}`, file, node })),
);
const alfaCrmSteps = allSteps.filter(({ node }) => node.type.startsWith('n8n-nodes-alfacrm.'));
const toolSteps = allSteps.filter(({ node }) => node.type.endsWith('.alfaCrmTool'));
const callsOfOtherWorkflows = allSteps.filter(({ node }) => node.type.endsWith('executeWorkflow'));

describe('the notes of an example', () => {
	it.each(examples)('$file has a note in English and one in Russian', ({ notes }) => {
		expect(notes.map((note) => CYRILLIC.test(note))).toEqual([false, true]);
	});

	it.each(examples)('the notes of $file have a heading, a sentence, three steps and a link', ({ notes }) => {
		const [english, russian] = notes;

		expect(english).toMatch(/^## .+\n[^\n]+\n1\. .+\n2\. .+\n3\. .+\n\n\[[^\]]+\]\([^)]+\)$/);
		expect(russian).toMatch(/^## .+\n[^\n]+\n1\. .+\n2\. .+\n3\. .+\n\n\[[^\]]+\]\([^)]+\)$/);
	});

	it.each(examples)('the notes of $file link to its section of the pages', ({ job, notes }) => {
		const [english, russian] = notes;

		expect(english).toContain(`/blob/main/docs/examples.md#${job})`);
		expect(russian).toContain(`/blob/main/docs/ru/examples.md#${job})`);
	});

	it.each(examples)('the pages have a section for $file', ({ job }) => {
		expect(readPage('docs/examples.md')).toContain(`\n### ${job}\n`);
		expect(readPage('docs/ru/examples.md')).toContain(`\n### ${job}\n`);
	});

	it.each(examples)('the notes of $file have 40 to 60 words', ({ notes }) => {
		const tooShortOrLong = notes.filter((note) => countWords(note) < 40 || countWords(note) > 60);

		expect(tooShortOrLong).toEqual([]);
	});

	// An import through n8n's editor drops the time zone of the file.
	it.each(examplesWithoutTour)(
		'$file has a time zone, and its notes say to set it',
		({ workflow, notes }) => {
			const [english, russian] = notes;

			expect(workflow.settings?.timezone).toBe('Europe/Moscow');
			expect(english).toContain("Set the school's time zone in *Settings*.");
			expect(russian).toContain('Укажите в *Settings* часовой пояс школы.');
		},
	);

	it.each(tour)('$file has no days and times, so it has no time zone', ({ workflow, notes }) => {
		const [english, russian] = notes;

		expect(workflow.settings?.timezone).not.toBe('Europe/Moscow');
		expect(english).not.toContain("Set the school's time zone in *Settings*.");
		expect(russian).not.toContain('Укажите в *Settings* часовой пояс школы.');
	});

	it.each(examples)(
		'the notes of $file call lessons and workflows as the Russian README does',
		({ notes }) => {
			expect(notes.join('\n').match(/\S*(заняти|процесс|сценари)\S*/gi)).toBeNull();
		},
	);
});

describe('the canvas of an example', () => {
	it.each(examples)('$file and all its nodes have English names', ({ workflow }) => {
		const names = [workflow.name, ...workflow.nodes.map(({ name }) => name)].map(String);

		expect(names.filter((name) => CYRILLIC.test(name))).toEqual([]);
	});

	it.each(examples)('no node of $file covers another one', ({ workflow }) => {
		expect(findCollisions(workflow)).toEqual([]);
	});

	it.each(examples)('every node of $file is connected', ({ workflow, nodes }) => {
		const names = nodes.map(({ name }) => String(name));

		expect(listConnectedNames(workflow).sort()).toEqual(names.sort());
	});

	it.each(examples)('no two nodes of $file have the same ID or name', ({ workflow: { nodes } }) => {
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
		expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
	});

	it.each(examples)('$file fits a screen, with at most five nodes in a row', ({ nodes }) => {
		const columns = nodes.map(({ position: [left] }) => left);
		const width = Math.max(...columns) - Math.min(...columns);

		expect(width).toBeLessThanOrEqual(960);
	});

	it.each(examples)('no expression in $file is longer than 150 characters', ({ workflow }) => {
		const expressions = workflow.nodes.flatMap(({ parameters }) => findExpressions(parameters));

		expect(expressions.filter((expression) => expression.length > 150)).toEqual([]);
	});
});

describe('the contents of an example', () => {
	const credentials = allSteps.flatMap(({ place, node }) =>
		Object.entries((node.credentials ?? {}) as object).map(([type, reference]) => ({
			place,
			type,
			reference: reference as unknown,
		})),
	);

	it.each(examples)('$file has an ID and no data of a run', ({ workflow }) => {
		expect(workflow).toMatchObject({ pinData: {}, id: expect.stringMatching(/^\w{16}$/) as string });
	});

	it.each(credentials)('$place names its $type without the ID of any account', ({ type, reference }) => {
		expect(reference).toEqual({ id: null, name: CREDENTIAL_NAME_BY_TYPE[type] });
	});

	it.each(examplesWithAlfaCrm)('$file has a node of this package', ({ file }) => {
		const ownSteps = alfaCrmSteps.filter((step) => step.file === file);

		expect(ownSteps).not.toHaveLength(0);
	});

	it.each(alfaCrmSteps)('$place has the credential of AlfaCRM', ({ node }) => {
		expect(node.credentials).toHaveProperty('alfaCrmApi');
	});

	it.each(examples)('$file is a job that the tests play, or the tour, or "Send"', ({ file }) => {
		const jobFiles = JOBS.map(({ name }) => `${name}.json`);

		expect([...jobFiles, TOUR, SEND]).toContain(file);
	});
});

describe('an AlfaCRM node of an example', () => {
	const stepsWithForm = allSteps.flatMap(({ place, node }) => {
		const form = FORMS.get(node.type);
		return form === undefined ? [] : [{ place, node, form }];
	});

	it.each(stepsWithForm)('$place has everything that its form requires', ({ node, form }) => {
		const filledNode = { ...NODE, parameters: node.parameters };

		expect(NodeHelpers.getNodeParametersIssues(form.properties, filledNode, form)).toBeNull();
	});

	it.each(stepsWithForm)('$place has no parameter that its form does not show', ({ node, form }) => {
		const { parameters } = node;
		const filledNode = { ...NODE, parameters };

		const shown = NodeHelpers.getNodeParameters(form.properties, parameters, true, false, filledNode, form);
		// n8n adds the times of a poll to the form.
		expect({ pollTimes: parameters.pollTimes, ...shown }).toMatchObject(parameters);
	});

	// By default an agent reads an empty text, and may say that there are no lessons.
	it.each(toolSteps)('$place tells the agent when it fails', ({ node }) => {
		expect(node.onError).toBe('continueRegularOutput');
	});
});

describe('the messages of an example', () => {
	const SENDER = /\.(telegram|emailSend|whatsApp)$/;
	const pollingSteps = allSteps.filter(
		({ file, node }) => EXAMPLES_WITH_CHAT.includes(file) && node.type.endsWith('.alfaCrmTrigger'),
	);
	const EXAMPLES_WITHOUT_EMAIL_FILTER = [
		...EXAMPLES_WITH_CHAT,
		// The office gets the message about a debtor without an email, as the test of this example shows.
		'debt-with-link.json',
	];
	const examplesForEachPerson = examples.filter(
		({ file, nodes }) =>
			!EXAMPLES_WITHOUT_EMAIL_FILTER.includes(file) &&
			nodes.some(({ name, executeOnce }) => name === 'Message' && executeOnce !== true),
	);
	const otherExamples = examples.filter((example) => !examplesForEachPerson.includes(example));

	it('three nodes of the example "Send" send messages, and no node of another example does', () => {
		const senders = allSteps.filter(({ node }) => SENDER.test(node.type));

		expect(senders.map(({ file }) => file)).toEqual([SEND, SEND, SEND]);
	});

	it.each(callsOfOtherWorkflows)(
		'$place calls "Send", once the user has chosen it and switched it on',
		({ node }) => {
			expect(node).toMatchObject({ name: 'Send', disabled: true });
			expect(node.parameters.workflowId).toHaveProperty('value', '');
		},
	);

	it.each(callsOfOtherWorkflows)('$place hands over an address and a text', ({ node }) => {
		expect(node.parameters.workflowInputs).toHaveProperty('value', {
			to: '={{ $json.to }}',
			text: '={{ $json.text }}',
		});
	});

	it('two examples that poll send their messages to one chat', () => {
		const filesWithChat = allSteps
			.filter(({ node }) => node.name === 'Message')
			.filter(({ node }) => JSON.stringify(node.parameters).includes('"123456789"'))
			.filter(({ file }) => pollingSteps.some((step) => step.file === file))
			.map(({ file }) => file);

		expect(filesWithChat).toEqual(EXAMPLES_WITH_CHAT);
		expect(pollingSteps.map(({ file }) => file)).toEqual(EXAMPLES_WITH_CHAT);
	});

	it.each(pollingSteps)('$place reports fewer events at once than Telegram takes in a minute', ({ node }) => {
		const { maxPerPoll } = (node.parameters.options ?? {}) as { maxPerPoll?: number };

		expect(maxPerPoll).toBeLessThan(20);
	});

	it.each(examplesForEachPerson)('$file leaves out people without an email', ({ nodes }) => {
		const filters = nodes.filter(({ name }) => name === 'Has Email');

		expect(filters).toHaveLength(1);
	});

	it.each(otherExamples)(
		'$file does not write to each person by email, so it does not filter people by email',
		({ nodes }) => {
			const filters = nodes.filter(({ name }) => name === 'Has Email');

			expect(filters).toEqual([]);
		},
	);
});

describe('the comparison with HTTP Request nodes', () => {
	const comparedJobs = JOBS.filter(({ isCompared }) => isCompared);
	const otherJobs = JOBS.filter(({ isCompared }) => !isCompared);

	function listTypes({ nodes }: Workflow): string {
		return nodes.map(({ type }) => type).join();
	}

	function readCallsOfSend({ nodes }: Workflow): unknown[] {
		const calls = nodes.filter(({ type }) => type.endsWith('executeWorkflow'));
		return calls.map(({ parameters }) => parameters);
	}

	it('ten of the jobs are compared with HTTP Request nodes', () => {
		expect(comparedJobs).toHaveLength(10);
	});

	it.each(comparedJobs)('$name has no AlfaCRM node on the side of HTTP', ({ name }) => {
		expect(listTypes(withHttp(name))).not.toContain('alfacrm');
	});

	it.each(comparedJobs)('$name has no HTTP Request node on the side of the package', ({ name }) => {
		expect(listTypes(withPackage(name))).not.toContain('httpRequest');
	});

	it.each(comparedJobs)('$name sends the same messages on both sides', ({ name }) => {
		expect(readCallsOfSend(withHttp(name))).toEqual(readCallsOfSend(withPackage(name)));
	});

	it.each(comparedJobs)('$name needs fewer nodes with the package', ({ name }) => {
		expect(countNodes(withPackage(name))).toBeLessThan(countNodes(withHttp(name)));
	});

	it.each(comparedJobs)('the pages have both numbers of nodes of $name', ({ name }) => {
		const nodes = countNodes(withPackage(name));
		const httpNodes = countNodes(withHttp(name));
		const cells = `examples/${name}.json) | ${nodes} | ${httpNodes} |`;

		expect(readPage('docs/examples.md')).toContain(cells);
		expect(readPage('docs/ru/examples.md')).toContain(cells);
	});

	it.each(otherJobs)('the pages have the number of nodes of $name, which is not compared', ({ name }) => {
		const cells = `examples/${name}.json) | ${countNodes(withPackage(name))} | – |`;

		expect(readPage('docs/examples.md')).toContain(cells);
		expect(readPage('docs/ru/examples.md')).toContain(cells);
	});

	it.each(JOBS)('the READMEs link to $name', ({ name }) => {
		expect(readPage('README.md')).toContain(`examples/${name}.json)`);
		expect(readPage('docs/ru/README.md')).toContain(`examples/${name}.json)`);
	});

	it('countNodes does not count the notes of an example', () => {
		const [{ workflow, nodes, notes }] = examples;

		expect(notes).toHaveLength(2);
		expect(countNodes(workflow)).toBe(nodes.length);
	});
});

it('the examples are the jobs, the tour and "Send"', () => {
	expect(examples).toHaveLength(JOBS.length + 2);
});

describe('the example "Send"', () => {
	const send = withPackage('send');
	const channels = send.nodes.filter(({ name }) => String(name).startsWith('Send '));
	const channelTable = channels.map((node) => ({ channel: String(node.name), node }));

	it('the example "Send" takes the address and the text that the other examples hand over', () => {
		const { parameters } = findNode(send, 'To and Text');

		expect(parameters.workflowInputs).toHaveProperty('values', [
			{ name: 'to', type: 'string' },
			{ name: 'text', type: 'string' },
		]);
	});

	it('the example "Send" is connected to email only', () => {
		expect(connectionsFrom(send, 'To and Text')).toEqual({
			main: [[{ node: 'Send Email', type: 'main', index: 0 }]],
		});
	});

	it('the example "Send" has one channel that is on and three that are off', () => {
		expect(channels.map(({ disabled }) => disabled ?? false)).toEqual([false, true, true, true]);
	});

	it.each(channelTable)(
		'the example "Send" reports the people to whom $channel could not write',
		({ channel, node }) => {
			expect(node.onError).toBe('continueErrorOutput');
			expect(connectionsFrom(send, channel)).toEqual({
				main: [[], [{ node: 'Not Sent', type: 'main', index: 0 }]],
			});
		},
	);

	// By default n8n sends Markdown, and Telegram refuses a message that has one `_` in an email.
	it('the example "Send" writes to Telegram in HTML', () => {
		const { parameters } = findNode(send, 'Send to Telegram');

		expect(parameters.additionalFields).toMatchObject({ parse_mode: 'HTML' });
	});

	it.each([{ sign: '&' }, { sign: '<' }, { sign: '>' }])(
		'the example "Send" escapes $sign for Telegram',
		({ sign }) => {
			const { parameters } = findNode(send, 'Send to Telegram');

			expect(parameters.text).toContain(`replaceAll('${sign}', `);
		},
	);
});

describe('the eight everyday jobs of a school', () => {
	const TRIGGER = /trigger$|\.webhook$/i;
	const CODE = /\.(code|function|functionItem|executeCommand)$/;
	const everydayJobs = [
		{ job: 'promoter-lead', mostNodes: 4 },
		{ job: 'messenger-funnel', mostNodes: 3 },
		{ job: 'morning-check', mostNodes: 3 },
		{ job: 'payment-yookassa', mostNodes: 2 },
		{ job: 'lesson-reminder', mostNodes: 3 },
		{ job: 'trial-booking', mostNodes: 3 },
		{ job: 'nightly-export', mostNodes: 6 },
		{ job: 'debt-with-link', mostNodes: 2 },
	];

	it.each(everydayJobs)('$job has one trigger', ({ job }) => {
		const triggerNodes = listSteps(withPackage(job)).filter(({ type }) => TRIGGER.test(type));

		expect(triggerNodes).toHaveLength(1);
	});

	it.each(everydayJobs)('$job needs at most $mostNodes nodes beside its trigger', ({ job, mostNodes }) => {
		const otherNodes = listSteps(withPackage(job)).filter(({ type }) => !TRIGGER.test(type));

		expect(otherNodes.length).toBeLessThanOrEqual(mostNodes);
	});

	it.each(everydayJobs)('$job needs no code', ({ job }) => {
		const codeNodes = listSteps(withPackage(job)).filter(({ type }) => CODE.test(type));

		expect(codeNodes).toEqual([]);
	});
});

it.each([{ page: 'docs/answers.md' }, { page: 'docs/ru/answers.md' }])(
	'$page shows the phone of the example parent-bot as the bot gets it',
	({ page }) => {
		const overview = findNode(withPackage('parent-bot'), 'Get Overview');
		const phone = String(overview.parameters.phone).replace(/^=/, '');

		// In a tool of an AI agent, the model chooses what `$json` has.
		expect(phone).not.toContain('$json');
		expect(readPage(page)).toContain(`*Phone*\n\`${phone}\``);
	},
);

it('the example form-to-lead speaks only Russian to the person who fills in the form', () => {
	const form = withPackage('form-to-lead').nodes.find(({ type }) => type.endsWith('.formTrigger'));
	const { formTitle, formDescription, formFields, options } = form?.parameters as {
		formTitle: string;
		formDescription: string;
		formFields: { values: Array<{ fieldLabel: string }> };
		options: { buttonLabel: string; respondWithOptions: { values: { formSubmittedText: string } } };
	};
	const texts = [
		formTitle,
		formDescription,
		options.buttonLabel,
		options.respondWithOptions.values.formSubmittedText,
		...formFields.values.map(({ fieldLabel }) => fieldLabel),
	];

	expect(texts.filter((text) => !/^[^a-z]+$/i.test(text))).toEqual([]);
});

describe('the example mcp-server', () => {
	const { nodes } = withPackage('mcp-server');

	it('the example mcp-server lets nobody in without a token', () => {
		const server = nodes.find(({ type }) => type.endsWith('.mcpTrigger'));

		expect(server?.parameters.authentication).toBe('bearerAuth');
	});

	it('the example mcp-server has tools that only read', () => {
		const tools = nodes.filter(({ type }) => type.endsWith('.alfaCrmTool'));

		expect(tools.map(({ parameters }) => parameters.operation)).toEqual([
			'getOverview',
			'getAll',
			'getFreeSlots',
			'getAll',
		]);
	});
});
