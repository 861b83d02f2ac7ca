import type { Sandbox } from '../../../sandbox';
import type { Example } from '../support/example';
import { addLessonAt, messageTo } from './schoolRows';
import type { Job, ImportExample } from './types';

const SECRET = 'change-me';

/** Production addresses of the webhook nodes. */
const PATHS = { package: '', http: '/webhook/alfacrm-lesson-changed' };

/** As the user enters it; the example has none, and refuses all calls. */
const withSecret: Parameters<ImportExample>[1] = (workflow) => ({
	...workflow,
	nodes: workflow.nodes.map((node) =>
		node.name === 'Lesson Changed' && node.parameters.secret !== undefined
			? { ...node, parameters: { ...node.parameters, secret: SECRET } }
			: node,
	),
});

/** Where AlfaCRM is to send its calls. */
function pathOf({ side, workflow }: Example): string {
	const trigger = workflow.nodes.find(({ name }) => name === 'Lesson Changed');
	return PATHS[side] || `/webhook/${String(trigger?.webhookId)}/webhook`;
}

/** A planned lesson of so many customers, by name and email. */
function plan(sandbox: Sandbox, ...customers: Array<[name: string, email: string[]]>) {
	const client = { is_study: 1, branch_ids: [2] };
	const customer_ids = customers.map(
		([name, email]) => sandbox.store.insert('customer', { name, email, ...client }).id,
	);
	const { id } = addLessonAt(sandbox, '2026-12-01', '17:00', { branch_id: 2, customer_ids });
	return { id, customer_ids };
}

export const lessonCancelledNotice: Job = {
	name: 'lesson-cancelled-notice',
	play: async (start, side, { sandbox }) => {
		const example = await start(side, withSecret);
		const { id } = plan(
			sandbox,
			['Без Адреса', ['нет']],
			['Орлова Мия', ['mia@example.org']],
			['Орлов Ян', ['yan@example.org']],
			['Тихий Том', []],
		);
		const address = await example.publishWebhook(pathOf(example));
		const register = (secret: string) => sandbox.webhooks.add(`${address}?secret=${secret}`);
		const answered = async () => {
			await sandbox.webhooks.settled();
			return sandbox.webhooks.deliveries.map(({ status }) => status);
		};
		register(SECRET);

		const execution = await example.waitForRunStartedBy(async () => {
			sandbox.store.patch('lesson', id, { status: 2, note: 'Болезнь педагога' });
			await sandbox.webhooks.settled();
		});

		const notice = (to: string, name: string) =>
			messageTo(
				to,
				'Занятие отменено',
				`Здравствуйте! Занятие 01.12.2026 17:00 отменено (${name}). Причина: Болезнь педагога.`,
			);
		expect(example.readMessagesOf(execution)).toEqual([
			notice('mia@example.org', 'Орлова Мия'),
			notice('yan@example.org', 'Орлов Ян'),
		]);
		expect(await answered()).toEqual([200]);

		// Neither another change nor a call without the secret sends anything.
		const executions = async () => {
			const all = await example.client.listExecutions(example.workflow.id);
			return await Promise.all(
				all.map(async (one) => example.readMessagesOf(await example.client.waitForExecution(one.id))),
			);
		};
		sandbox.store.patch('lesson', id, { topic: 'Другая тема' });
		await sandbox.webhooks.settled();
		sandbox.webhooks.remove();
		register('guessed');
		sandbox.store.patch('lesson', id, { status: 1 });
		sandbox.store.patch('lesson', id, { status: 2 });
		await sandbox.webhooks.settled();
		expect((await executions()).filter((sent) => sent.length > 0)).toHaveLength(1);
		await example.unpublish();
		sandbox.webhooks.remove();
	},
	otherPromises: {
		'writes to all others, then says whom AlfaCRM did not give': async (start, { sandbox }) => {
			const example = await start('package', withSecret);
			const lesson = plan(
				sandbox,
				['Исчезнувший Ян', ['gone@example.org']],
				['Орлова Мия', ['mia@example.org']],
				['Сбойная Ева', ['eva@example.org']],
			);
			const [gone, , failing] = lesson.customer_ids;
			sandbox.store.remove('customer', gone);
			const match = { entity: 'customer', bodyContains: `"id":${failing}` };
			sandbox.faults.add({ kind: 'status', status: 500, times: 9, match });
			sandbox.webhooks.add(`${await example.publishWebhook(pathOf(example))}?secret=${SECRET}`);
			const cancelled = example.waitForRunStartedBy(async () => {
				sandbox.store.patch('lesson', lesson.id, { status: 2 });
				await sandbox.webhooks.settled();
			});
			await expect(cancelled).rejects.toThrow(
				new RegExp(`in "Not Sent": Не отправлено: клиент ${gone} \\(.+\\); клиент ${failing} \\(.+500`),
			);
			expect(await example.readLatestMessages()).toMatchObject([{ to: 'mia@example.org' }]);
			await example.unpublish();
			sandbox.webhooks.remove();
		},
		'writes to nobody about a lesson that takes place after all': async (start, { sandbox }) => {
			const example = await start('package', withSecret);
			const lesson = plan(sandbox, ['Орлова Мия', ['mia@example.org']]);
			const address = `${await example.publishWebhook(pathOf(example))}?secret=${SECRET}`;
			const fields = { fields_old: { status: 1 }, fields_new: { status: 2 } };
			const of = { event: 'update', entity: 'Lesson', entity_id: lesson.id, branch_id: 2 };
			const body = JSON.stringify({ ...of, ...fields, datetime: '2026-11-30 12:00:00' });
			const headers = { 'content-type': 'application/json' };
			const execution = await example.waitForRunStartedBy(
				async () => await fetch(address, { method: 'POST', headers, body }),
			);
			expect(execution.outputs('Get Lesson')).toHaveLength(1);
			expect(example.readMessagesOf(execution)).toEqual([]);
			await example.unpublish();
		},
		'refuses every call as long as it has no secret': async (start, { sandbox }) => {
			const example = await start('package');
			const address = await example.publishWebhook(pathOf(example));
			sandbox.clearJournal();
			for (const query of ['', '?secret=', '?secret=change-me']) {
				const { status } = await fetch(address + query, { method: 'POST', body: '{}' });
				expect(status).toBe(500);
			}
			expect(sandbox.journal).toEqual([]);
			await example.unpublish();
		},
	},
};
