import { readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job } from './types';

const FIELDS = ['Имя', 'Телефон', 'Возраст', 'Комментарий', 'Промоутер', 'Задача менеджеру'] as const;
type Filled = Partial<Record<(typeof FIELDS)[number], string>>;

/** The comment: all that was typed, line by line. */
const told = (filled: Filled, notSaved = '') =>
	[
		'Заявка от промоутера',
		...(notSaved ? [`Не проверено: ${notSaved}`] : []),
		...FIELDS.flatMap((name) => (filled[name] ? [`${name}: ${filled[name]}`] : [])),
	].join('\n');

export const promoterLead: Job = {
	name: 'promoter-lead',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const example = await start(side);
		const form = example.workflow.nodes.find(({ name }) => name === 'Promoter Form');
		const address = await example.publishWebhook(`/form/${String(form?.webhookId)}`);
		const post = async (filled: Filled) => {
			const body = new FormData();
			FIELDS.forEach((name, index) => body.append(`field-${index}`, filled[name] ?? ''));
			return await fetch(address, { method: 'POST', body });
		};
		// The page itself holds what it shows as soon as n8n has answered so: when all is saved.
		expect(await (await fetch(address)).text()).toContain('Заявка принята.');
		const taken = { status: 200, text: '' };
		const answerTo = async (filled: Filled) => {
			const response = await post(filled);
			return { status: response.status, text: await response.text() };
		};
		const send = async (filled: Filled) =>
			await example.waitForRunStartedBy(async () => expect(await answerTo(filled)).toEqual(taken));
		const added = watchNewCustomers(sandbox);
		const before = store.rows('task').length;
		const tasks = () => store.rows('task').slice(before);
		const [source] = store.where('lead-source', 'name', 'Мероприятие');

		const mia = {
			...{ Имя: 'Орлова Мия', Телефон: '+7 900 000-77-22', Возраст: '9', Комментарий: 'Любит шахматы' },
			Промоутер: 'Лев',
		};
		await send(mia);
		expect(added()).toMatchObject([
			{ name: 'Орлова Мия', is_study: 0, lead_source_id: source.id, lead_status_id: null, branch_ids: [1] },
		]);
		const [{ id }] = added();
		expect(readCommentsOf(sandbox, id)).toEqual([told(mia)]);
		expect(tasks()).toEqual([]);

		// Once more, and with something to do for the manager, which is one task however often it is sent.
		const again = { ...mia, Телефон: '8 (900) 000 77 22', Промоутер: 'Ада', 'Задача менеджеру': 'Позвонить' };
		await send(mia);
		await send(again);
		await send(again);
		expect(added()).toHaveLength(1);
		expect(readCommentsOf(sandbox, id)).toEqual(expect.arrayContaining([told(mia), told(again)]));
		expect(readCommentsOf(sandbox, id)).toHaveLength(2);
		expect(tasks()).toMatchObject([{ title: 'Позвонить', text: 'Промоутер: Ада', customer_ids: [id] }]);

		// A client stays as he is, whatever the promoter has typed.
		const client = { name: 'Клиентов Ян', is_study: 1, phone: ['+7(900)000-77-33'], branch_ids: [2] };
		const yan = store.insert('customer', { ...client, lead_source_id: null });
		const other = { Имя: 'Папа', Телефон: '9000007733', Промоутер: 'Лев' };
		await send(other);
		expect(added()).toHaveLength(2);
		expect(store.find('customer', yan.id)).toMatchObject({ ...client, lead_source_id: null });
		expect(readCommentsOf(sandbox, yan.id)).toEqual([told(other, 'Папа')]);

		// A promoter is not told that a number was taken which is none.
		const failed = example.waitForRunStartedBy(async () => {
			expect((await answerTo({ ...other, Телефон: 'нет' })).status).toBe(500);
		});
		await expect(failed).rejects.toThrow("'Phone' holds no usable phone number");
		expect(added()).toHaveLength(2);
		await example.unpublish();
	},
};
