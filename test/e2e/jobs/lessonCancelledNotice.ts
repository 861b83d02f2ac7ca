import type { Job } from './types';

/** Production addresses of the webhook nodes. */
const PATHS = { package: '', http: '/webhook/alfacrm-lesson-changed' };

export const lessonCancelledNotice: Job = {
	name: 'lesson-cancelled-notice',
	play: async (start, side, { sandbox }) => {
		const stage = await start(side);
		const customer = (name: string, email: string[]) =>
			sandbox.store.insert('customer', { name, email, is_study: 1, branch_ids: [2] }).id;
		const mia = customer('Орлова Мия', ['mia@example.org']);
		const yan = customer('Орлов Ян', ['yan@example.org']);
		const silent = customer('Тихий Том', []);
		const none = customer('Без Адреса', ['нет']);
		const gone = customer('Исчезнувший Ян', ['gone@example.org']);
		const { id } = sandbox.store.insert('lesson', {
			branch_id: 2,
			date: '2026-12-01',
			time_from: '2026-12-01 17:00:00',
			time_to: '2026-12-01 18:00:00',
			lesson_type_id: 2,
			subject_id: 1,
			status: 1,
			customer_ids: [gone, none, mia, yan, silent],
		});
		sandbox.store.remove('customer', gone);
		const trigger = stage.workflow.nodes.find(({ name }) => name === 'Lesson Changed');
		const path = PATHS[side] || `/webhook/${String(trigger?.webhookId)}/webhook`;
		const address = await stage.listen(path);
		const register = (secret: string) => sandbox.webhooks.add(`${address}?secret=${secret}`);
		const answered = async () => {
			await sandbox.webhooks.settled();
			return sandbox.webhooks.deliveries.map(({ status }) => status);
		};
		register('change-me');

		const execution = await stage.startedBy(async () => {
			sandbox.store.patch('lesson', id, { status: 2, note: 'Болезнь педагога' });
			await sandbox.webhooks.settled();
		});

		const notice = (toEmail: string, name: string) => ({
			fromEmail: 'school@example.org',
			toEmail,
			subject: 'Занятие отменено',
			emailFormat: 'text',
			text: `Здравствуйте! Занятие 01.12.2026 17:00 отменено (${name}). Причина: Болезнь педагога.`,
		});
		expect(stage.sent(execution)).toEqual([
			notice('mia@example.org', 'Орлова Мия'),
			notice('yan@example.org', 'Орлов Ян'),
		]);
		expect(await answered()).toEqual([200]);

		// Neither another change nor a call without the secret sends anything.
		const executions = async () => {
			const all = await stage.client.listExecutions(stage.workflow.id);
			return await Promise.all(
				all.map(async (one) => stage.sent(await stage.client.waitForExecution(one.id))),
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
		await stage.unpublish();
		sandbox.webhooks.remove();
	},
};
