import type { JsonObject, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import type { Example } from '../support/example';
import { postBody } from '../support/receiver';
import type { WorkflowEdit } from '../support/workflowEdits';
import { editNode } from '../support/workflowEdits';
import { addLessonAt, messageTo } from './schoolRows';
import type { Job } from './types';

const TRIGGER_NODE = 'Lesson Changed';
const SECRET = 'change-me';

export const lessonCancelledNotice: Job = {
	name: 'lesson-cancelled-notice',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side, withSecret);
		const { id: lesson } = addLessonOf(sandbox, [
			{ name: 'Без Адреса', email: ['нет'] },
			{ name: 'Орлова Мия', email: ['mia@example.org'] },
			{ name: 'Орлов Ян', email: ['yan@example.org'] },
			{ name: 'Тихий Том', email: [] },
		]);
		const address = await example.publishWebhook(webhookPathOf(example));
		sandbox.webhooks.add(`${address}?secret=${SECRET}`);

		const execution = await example.waitForRunStartedBy(
			async () => await cancelLesson(sandbox, lesson, { note: 'Болезнь педагога' }),
		);

		expect(example.readMessagesOf(execution)).toEqual([
			messageTo(
				'mia@example.org',
				'Занятие отменено',
				'Здравствуйте! Занятие 01.12.2026 17:00 отменено (Орлова Мия). Причина: Болезнь педагога.',
			),
			messageTo(
				'yan@example.org',
				'Занятие отменено',
				'Здравствуйте! Занятие 01.12.2026 17:00 отменено (Орлов Ян). Причина: Болезнь педагога.',
			),
		]);
		expect(sandbox.webhooks.deliveries).toMatchObject([{ status: 200 }]);

		// Neither another change of the lesson nor a call with a wrong secret sends messages.
		await changeTopic(sandbox, lesson);
		await cancelLessonAgainWithWrongSecret(sandbox, lesson, address);
		expect(await countExecutionsWithMessages(example)).toBe(1);
		await example.unpublish();
		sandbox.webhooks.remove();
	},
	otherPromises: {
		'the workflow writes to all other customers, then says which customers AlfaCRM did not return': async (
			importExample,
			{ sandbox },
		) => {
			const example = await importExample('package', withSecret);
			const lesson = addLessonOf(sandbox, [
				{ name: 'Исчезнувший Ян', email: ['gone@example.org'] },
				{ name: 'Орлова Мия', email: ['mia@example.org'] },
				{ name: 'Сбойная Ева', email: ['eva@example.org'] },
			]);
			const [deletedCustomer, , failingCustomer] = lesson.customers;
			sandbox.store.remove('customer', deletedCustomer);
			sandbox.faults.add({
				kind: 'status',
				status: 500,
				times: 9,
				match: { entity: 'customer', bodyContains: `"id":${failingCustomer}` },
			});
			const address = await example.publishWebhook(webhookPathOf(example));
			sandbox.webhooks.add(`${address}?secret=${SECRET}`);

			const run = example.waitForRunStartedBy(async () => await cancelLesson(sandbox, lesson.id));

			await expect(run).rejects.toThrow(
				new RegExp(
					`in "Not Sent": Не отправлено: клиент ${deletedCustomer} \\(.+\\); клиент ${failingCustomer} \\(.+500`,
				),
			);
			expect(await example.readLatestMessages()).toMatchObject([{ to: 'mia@example.org' }]);
			await example.unpublish();
			sandbox.webhooks.remove();
		},
		'nobody gets a message about a lesson that takes place after all': async (importExample, { sandbox }) => {
			const example = await importExample('package', withSecret);
			const plannedLesson = addLessonOf(sandbox, [{ name: 'Орлова Мия', email: ['mia@example.org'] }]);
			const address = await example.publishWebhook(webhookPathOf(example));

			const execution = await example.waitForRunStartedBy(async () => {
				await postBody(`${address}?secret=${SECRET}`, makeCancellationDelivery(plannedLesson.id));
			});

			expect(execution.outputs('Get Lesson')).toHaveLength(1);
			expect(example.readMessagesOf(execution)).toEqual([]);
			await example.unpublish();
		},
		'the workflow refuses every call as long as the user has not entered a secret': async (
			importExample,
			{ sandbox },
		) => {
			const example = await importExample('package');
			const address = await example.publishWebhook(webhookPathOf(example));
			sandbox.clearJournal();

			expect(await postBody(address, '{}')).toMatchObject({ status: 500 });
			expect(await postBody(`${address}?secret=`, '{}')).toMatchObject({ status: 500 });
			expect(await postBody(`${address}?secret=change-me`, '{}')).toMatchObject({ status: 500 });

			expect(sandbox.journal).toEqual([]);
			await example.unpublish();
		},
	},
};

/** Enters the secret in the webhook trigger, as a user does. The workflow with HTTP Request nodes has its secret already. */
const withSecret: WorkflowEdit = (workflow) =>
	editNode(workflow, TRIGGER_NODE, (node) => {
		if (node.parameters.secret === undefined) return node;

		return { ...node, parameters: { ...node.parameters, secret: SECRET } };
	});

/** Returns the path that AlfaCRM calls. */
function webhookPathOf({ side, workflow }: Example): string {
	if (side === 'http') return '/webhook/alfacrm-lesson-changed';

	const trigger = workflow.nodes.find(({ name }) => name === TRIGGER_NODE);
	return `/webhook/${String(trigger?.webhookId)}/webhook`;
}

/** Adds clients of branch 2, and a planned lesson with them. Returns the IDs. */
function addLessonOf(sandbox: Sandbox, clients: ReadonlyArray<{ name: string; email: string[] }>) {
	const customers = clients.map(
		({ name, email }) =>
			sandbox.store.insert('customer', {
				name,
				email,
				is_study: CUSTOMER_TYPE.client,
				branch_ids: [2],
			}).id,
	);
	const lesson = addLessonAt(sandbox, '2026-12-01', '17:00', { branch_id: 2, customer_ids: customers });
	return { id: lesson.id, customers };
}

/** Cancels a lesson, and waits until AlfaCRM has called its webhooks. */
async function cancelLesson(
	{ store, webhooks }: Sandbox,
	lesson: number,
	changes: JsonObject = {},
): Promise<void> {
	store.patch('lesson', lesson, { status: LESSON_STATUS.cancelled, ...changes });
	await webhooks.settled();
}

async function changeTopic({ store, webhooks }: Sandbox, lesson: number): Promise<void> {
	store.patch('lesson', lesson, { topic: 'Другая тема' });
	await webhooks.settled();
}

/** Replaces the webhook by one with a wrong secret, then plans the lesson and cancels it again. */
async function cancelLessonAgainWithWrongSecret(
	sandbox: Sandbox,
	lesson: number,
	address: string,
): Promise<void> {
	sandbox.webhooks.remove();
	sandbox.webhooks.add(`${address}?secret=guessed`);
	sandbox.store.patch('lesson', lesson, { status: LESSON_STATUS.planned });
	await cancelLesson(sandbox, lesson);
}

async function countExecutionsWithMessages(example: Example): Promise<number> {
	const { client, workflow } = example;
	let count = 0;
	for (const { id } of await client.listExecutions(workflow.id)) {
		const messages = example.readMessagesOf(await client.waitForExecution(id));
		if (messages.length > 0) {
			count += 1;
		}
	}
	return count;
}

/** Makes the body with which AlfaCRM tells that a planned lesson of branch 2 was cancelled. */
function makeCancellationDelivery(lesson: number): string {
	return JSON.stringify({
		event: 'update',
		entity: 'Lesson',
		entity_id: lesson,
		branch_id: 2,
		fields_old: { status: LESSON_STATUS.planned },
		fields_new: { status: LESSON_STATUS.cancelled },
		datetime: '2026-11-30 12:00:00',
	});
}
