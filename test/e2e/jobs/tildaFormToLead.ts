import { readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job } from './types';

const PATH = '/webhook/tilda-lead';

/** What Tilda sends, in either of the formats that it knows. */
const bodies = {
	form: (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) }),
	json: (fields: Record<string, string>) => ({
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(fields),
	}),
};

export const tildaFormToLead: Job = {
	name: 'tilda-form-to-lead',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		const address = await example.publishWebhook(PATH);
		const send = async (fields: Record<string, string>, as: keyof typeof bodies = 'form') =>
			await example.waitForRunStartedBy(async () => {
				expect((await fetch(address, bodies[as](fields))).status).toBe(200);
			});
		const added = watchNewCustomers(sandbox);
		const comments = (id: number) => readCommentsOf(sandbox, id);

		// What Tilda asks when the address is saved.
		sandbox.clearJournal();
		await send({ test: 'test' });
		expect(sandbox.journal).toEqual([]);

		const mia = {
			Name: 'Орлова Мия',
			Phone: '+7 (900) 000-77-22',
			Email: 'mia@example.org',
			Course: 'Шахматы',
			Textarea: '',
			COOKIES: 'TILDAUTM=utm_source=test',
			formid: 'form100',
			formname: 'Пробное',
			tranid: '1:1',
		};
		await send(mia);
		await send(mia, 'json');
		expect(added()).toMatchObject([
			{ name: 'Орлова Мия', is_study: 0, branch_ids: [1], email: ['mia@example.org'] },
		]);
		const [{ id, phone }] = added();
		expect(String(phone).replace(/\D/g, '')).toBe('79000007722');
		const first = 'Заявка с сайта\nCourse: Шахматы\nformid: form100\nformname: Пробное\ntranid: 1:1';
		expect(comments(id)).toEqual([first]);

		// Another request of the same person, in another spelling, without an email, and without a name: the phone stands for it.
		await send({ Phone: '8 900 000 77 22', formid: 'form200', tranid: '1:2' }, 'json');
		expect(added()).toMatchObject([{ id, name: 'Орлова Мия', email: ['mia@example.org'] }]);
		expect(comments(id)).toEqual(
			expect.arrayContaining([
				first,
				'Заявка с сайта\nНе проверено: 8 900 000 77 22\nformid: form200\ntranid: 1:2',
			]),
		);
		expect(comments(id)).toHaveLength(2);

		// A client of another branch, who stays a client, and whose card nobody gets into by a number of his own beside hers.
		const client = { name: 'Клиентов Ян', is_study: 1, phone: ['+7(900)000-77-33'], branch_ids: [2] };
		const yan = sandbox.store.insert('customer', { ...client, email: [] });
		const Phone = '8 900 000 77 33, +7 900 000-77-99';
		await send({ Name: 'Папа', Phone, Email: 'papa@example.org', formid: 'f', tranid: '1:3' });
		expect(sandbox.store.find('customer', yan.id)).toMatchObject({ ...client, email: [] });
		expect(added()).toHaveLength(2);
		expect(comments(yan.id)).toEqual([
			`Заявка с сайта\nНе проверено: Папа, papa@example.org, ${Phone}\nformid: f\ntranid: 1:3`,
		]);

		await example.unpublish();
	},
	otherPromises: {
		'can be tried without Tilda, again and again': async (start, { sandbox }) => {
			const example = await start('package');
			const added = watchNewCustomers(sandbox);
			await example.runManually();
			await example.runManually();
			expect(added()).toMatchObject([{ name: 'Пример Заявка', is_study: 0, email: ['primer@example.org'] }]);
			expect(readCommentsOf(sandbox, added()[0].id)).toHaveLength(1);
		},
		'a form without a phone is an error, and saves nothing': async (start, { sandbox }) => {
			const example = await start('package');
			const address = await example.publishWebhook(PATH);
			sandbox.clearJournal();
			const sent = example.waitForRunStartedBy(async () => {
				await fetch(address, bodies.form({ Name: 'Без Телефона', formid: 'f', tranid: '1:4' }));
			});
			await expect(sent).rejects.toThrow("'Phone'");
			expect(sandbox.journal.filter(({ action }) => action !== 'index')).toEqual([]);
			await example.unpublish();
		},
	},
};
