import { UserFacingError } from './bootstrap/userFacingError';
import type { Sandbox } from '../sandbox';
import { runDemo, saveCredential } from './lib/demo';
import { withPackage } from './lib/examples';
import { parseWholeNumberUpTo } from './lib/flags';
import type { Cleanup } from './lib/foreground';
import { say, showProgress } from './lib/progress';
import { runExecutions } from './lib/queue/loads';
import { findPrograms } from './lib/queue/programs';
import { QueueStage } from './lib/queue/stage';

interface Flags {
	port: number;
	webhooks: number;
	workers: number;
}

/** Forms arrive so many at a time: those of one person reach several processes at the same moment. */
const [FORMS, PEOPLE, AT_A_TIME] = [20, 6, 10];

/** `npm run demo:queue`: sends the form of the example "form to lead" many times, and counts what becomes of it. */
export const main = async () =>
	await runDemo<Flags>(
		'demo:queue',
		(flags) =>
			flags
				.option('--webhooks <n>', 'webhook processes', parseWholeNumberUpTo(8), 1)
				.option('--workers <n>', 'workers', parseWholeNumberUpTo(16), 2),
		demo,
		findPrograms,
	);

async function demo(sandbox: Sandbox, { webhooks, workers, port }: Flags, cleanup: Cleanup) {
	const opening = QueueStage.open({ port, webhooks, workers });
	cleanup.unshift(async () => await (await opening).close());
	const stage = await showProgress(
		`Starting Postgres, Redis, and n8n: main, ${webhooks} for webhooks, ${workers} workers (about a minute)`,
		async () => await opening,
	);
	const saved = await saveCredential(stage.client, sandbox);
	const workflow = withPackage('form-to-lead');
	const form = workflow.nodes.find(({ webhookId }) => webhookId);
	if (!form) throw new UserFacingError('examples/form-to-lead.json has no form.');
	const entrance = await stage.publish(workflow, `/form/${form.webhookId}`, [saved]);
	const count = (entity: string) => sandbox.store.rows(entity).length;
	const [customers, comments] = [count('customer'), count('communication')];

	const bodies = Array.from({ length: FORMS }, (_, index) => filled(index));
	const figures = await showProgress(
		`${FORMS} forms of ${PEOPLE} people, ${AT_A_TIME} at a time (about a minute)`,
		async () => await runExecutions(stage, sandbox, entrance, bodies, { atATime: AT_A_TIME }),
	);
	const { succeeded } = figures;
	const [added, written] = [count('customer') - customers, count('communication') - comments];

	say(`\nn8n ran "${workflow.name}" in ${webhooks} webhook process(es) and ${workers} workers:\n`);
	for (const [title, shown] of [
		['forms sent', FORMS],
		['executions that succeeded', succeeded],
		['new customers in AlfaCRM', added],
		['comments there', written],
		['calls of AlfaCRM', figures.accepted],
		['calls a second', figures.perSecond.toFixed(1)],
		['calls refused as too many (429)', figures.refused],
		['logins', figures.logins],
	])
		say(`  ${String(title).padEnd(34)} ${shown}`);
	say(['', ...figures.failures.map((reason) => `  ${reason}`), ''].join('\n'));
	return {
		page: `${stage.url}/workflow/${entrance.workflow}/executions`,
		checks: [
			['No form is lost', `${succeeded} of ${FORMS}`, succeeded === FORMS],
			['None is doubled', `${added} customers of ${PEOPLE} phones`, added === PEOPLE],
			['Each has a comment', `${written} comments`, written === FORMS],
		] as Array<[string, string, boolean]>,
	};
}

/** As a browser sends it; forms of one person right behind each other. */
function filled(index: number): FormData {
	const person = Math.floor((index * PEOPLE) / FORMS);
	const body = new FormData();
	const answers = [`Заявка ${person + 1}`, `+7 955 300-00-0${person}`, '', `Вопрос ${index + 1}`];
	answers.forEach((answer, field) => body.append(`field-${field}`, answer));
	return body;
}
