import { UserFacingError } from './bootstrap/userFacingError';
import type { Sandbox } from '../sandbox';
import { runDemo, saveCredential, type DemoCheck } from './lib/demo';
import { withPackage } from './lib/examples';
import { parseWholeNumberUpTo } from './lib/flags';
import type { Cleanup } from './lib/foreground';
import type { SavedCredential } from './lib/n8n/types';
import { say, showProgress } from './lib/progress';
import { runExecutions, type Figures } from './lib/queue/loads';
import { findPrograms } from './lib/queue/programs';
import { QueueStage } from './lib/queue/stage';

interface Flags {
	port: number;
	webhooks: number;
	workers: number;
}

const FORM_COUNT = 20;
const PERSON_COUNT = 6;
/** The forms of one person follow each other, so several processes get them at the same moment. */
const FORMS_AT_A_TIME = 10;

/** `npm run demo:queue`: sends the form of the example "form to lead" many times, and counts the leads. */
export async function main() {
	return await runDemo<Flags>({
		script: 'demo:queue',
		addFlags: (command) =>
			command
				.option('--webhooks <n>', 'webhook processes', parseWholeNumberUpTo(8), 1)
				.option('--workers <n>', 'workers', parseWholeNumberUpTo(16), 2),
		checkNeeds: findPrograms,
		run: sendFormsToQueue,
	});
}

async function sendFormsToQueue(sandbox: Sandbox, flags: Flags, cleanup: Cleanup) {
	const stage = await openStage(flags, cleanup);
	const credential = await saveCredential(stage.client, sandbox);
	const { workflow, entrance } = await publishForm(stage, credential);

	const before = countRecords(sandbox);
	const forms = Array.from({ length: FORM_COUNT }, (_, index) => fillInForm(index));
	const figures = await showProgress(
		`${FORM_COUNT} forms of ${PERSON_COUNT} people, ${FORMS_AT_A_TIME} at a time (about a minute)`,
		async () => await runExecutions(stage, sandbox, entrance, forms, { atATime: FORMS_AT_A_TIME }),
	);
	const after = countRecords(sandbox);
	const newCustomers = after.customers - before.customers;
	const newComments = after.comments - before.comments;

	say(
		`\nn8n ran "${workflow.name}" in ${flags.webhooks} webhook process(es) and ${flags.workers} workers:\n`,
	);
	printFigures(figures, newCustomers, newComments);
	return {
		page: `${stage.url}/workflow/${entrance.workflow}/executions`,
		checks: makeChecks(figures.succeeded, newCustomers, newComments),
	};
}

async function openStage({ port, webhooks, workers }: Flags, cleanup: Cleanup): Promise<QueueStage> {
	// The cleanup must know the processes before they have started, in case the user stops the script meanwhile.
	const opening = QueueStage.open({ port, webhooks, workers });
	cleanup.unshift(async () => await (await opening).close());
	return await showProgress(
		`Starting Postgres, Redis, and n8n: main, ${webhooks} for webhooks, ${workers} workers (about a minute)`,
		async () => await opening,
	);
}

async function publishForm(stage: QueueStage, credential: SavedCredential) {
	const workflow = withPackage('form-to-lead');
	const form = workflow.nodes.find(({ webhookId }) => webhookId);
	if (!form) throw new UserFacingError('examples/form-to-lead.json has no form.');
	const entrance = await stage.publish(workflow, `/form/${form.webhookId}`, [credential]);
	return { workflow, entrance };
}

function countRecords({ store }: Sandbox): { customers: number; comments: number } {
	return {
		customers: store.rows('customer').length,
		comments: store.rows('communication').length,
	};
}

/** Fills in a form as a browser sends it. The forms of one person have numbers that follow each other. */
function fillInForm(index: number): FormData {
	const person = Math.floor((index * PERSON_COUNT) / FORM_COUNT);
	const form = new FormData();
	form.append('field-0', `Заявка ${person + 1}`);
	form.append('field-1', `+7 955 300-00-0${person}`);
	form.append('field-2', '');
	form.append('field-3', `Вопрос ${index + 1}`);
	return form;
}

function printFigures(figures: Figures, newCustomers: number, newComments: number) {
	const lines: Record<string, number | string> = {
		'forms sent': FORM_COUNT,
		'executions that succeeded': figures.succeeded,
		'new customers in AlfaCRM': newCustomers,
		'comments there': newComments,
		'calls of AlfaCRM': figures.accepted,
		'calls a second': figures.perSecond.toFixed(1),
		'calls refused as too many (429)': figures.refused,
		logins: figures.logins,
	};
	for (const [title, figure] of Object.entries(lines)) {
		say(`  ${title.padEnd(34)} ${figure}`);
	}

	const failureLines = figures.failures.map((reason) => `  ${reason}`);
	say(['', ...failureLines, ''].join('\n'));
}

/** Makes the checks: each form must be answered, and each person must become one customer. */
function makeChecks(succeeded: number, newCustomers: number, newComments: number): DemoCheck[] {
	return [
		{
			title: 'No form is lost',
			result: `${succeeded} of ${FORM_COUNT}`,
			isPassed: succeeded === FORM_COUNT,
		},
		{
			title: 'None is doubled',
			result: `${newCustomers} customers of ${PERSON_COUNT} phones`,
			isPassed: newCustomers === PERSON_COUNT,
		},
		{
			title: 'Each has a comment',
			result: `${newComments} comments`,
			isPassed: newComments === FORM_COUNT,
		},
	];
}
