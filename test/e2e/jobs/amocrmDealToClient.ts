import { AMO_STAGE, AMO_TOKEN, startAmoCrm } from '../support/amoCrm';
import { CREDENTIAL_NAMES, saveCredentialAs } from '../support/credentials';
import { readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job, ImportExample } from './types';

/** As amoCRM tells of deals that have moved: form fields with brackets in their names. */
function moved(...deals: Array<{ id: number; status_id: number }>): URLSearchParams {
	const body = new URLSearchParams({ 'account[subdomain]': 'example' });
	deals.forEach(({ id, status_id }, index) => {
		body.append(`leads[status][${index}][id]`, String(id));
		body.append(`leads[status][${index}][status_id]`, String(status_id));
		body.append(`leads[status][${index}][pipeline_id]`, '1');
		body.append(`leads[status][${index}][old_status_id]`, '5');
	});
	return body;
}

/** @param phones separated by commas */
const contact = (id: number, name: string, phones: string, email?: string) => ({
	...{ id, name, phone: phones.split(', '), is_main: true },
	...(email === undefined ? {} : { email }),
});

/** The example with the amoCRM of a test in place of the school's. */
const startWith = async (start: ImportExample, side: Parameters<ImportExample>[0], url: string) =>
	await start(side, (workflow) => {
		const text = JSON.stringify(workflow).replaceAll('https://example.amocrm.ru', url);
		return JSON.parse(text) as typeof workflow;
	});

export const amocrmDealToClient: Job = {
	name: 'amocrm-deal-to-client',
	play: async (start, side, { client, sandbox }) => {
		const other = { ...contact(99, 'Бухгалтер', '+79000007799'), is_main: false };
		const amo = await startAmoCrm([
			{
				id: 11,
				name: 'Курс шахмат',
				contacts: [other, contact(1, 'Орлова Мия', '89000007722', 'mia@x.org')],
			},
			{ id: 12, name: 'Робототехника', contacts: [contact(2, 'Мама Яна', '+7 900 000 77 33', 'mama@x.org')] },
			{ id: 13, name: 'Снова', contacts: [contact(3, 'Ева', '+79000007700, +79000007744')] },
			{ id: 18, name: 'Лепка', contacts: [contact(7, 'Последний', '+79000007766')] },
			{ id: 15, name: 'Ничья', contacts: [] },
			{ id: 16, name: 'Без связи', contacts: [{ id: 5, name: 'Немой', is_main: true }] },
			{ id: 19, name: 'Заглушка', contacts: [contact(8, 'Девятый', '+7 (999) 999-99-99')] },
			{ id: 17, name: 'Маска', contacts: [contact(6, 'Пустой', '+7 (')] },
			{ id: 14, name: 'Проиграна', status_id: 143, contacts: [contact(4, 'Чужой', '+79000007755')] },
		]);
		try {
			await saveCredentialAs(client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: AMO_TOKEN });
			const example = await startWith(start, side, amo.url);
			const card = { branch_ids: [2], email: [] };
			const yan = sandbox.store.insert('customer', {
				...{ ...card, name: 'Лидов Ян', is_study: 0, phone: ['+7(900)000-77-33'] },
			});
			const eva = sandbox.store.insert('customer', {
				...{ ...card, name: 'Ушедшая Ева', is_study: 1, phone: ['+7(900)000-77-44'], e_date: '2026-01-15' },
			});
			const added = watchNewCustomers(sandbox);
			const comments = (id: number) => readCommentsOf(sandbox, id);
			const address = await example.publishWebhook('/webhook/amocrm-deal');
			const send = async (...deals: Parameters<typeof moved>) =>
				await example.waitForRunStartedBy(async () => {
					expect((await fetch(address, { method: 'POST', body: moved(...deals) })).status).toBe(200);
				});

			// Other stages are passed over, though they come in the same call.
			for (let time = 0; time < 2; time += 1) {
				await send(
					{ id: 11, status_id: AMO_STAGE.won },
					{ id: 14, status_id: 143 },
					{ id: 12, status_id: AMO_STAGE.won },
				);
				await send({ id: 13, status_id: AMO_STAGE.won });
				await send({ id: 14, status_id: 77 });
				// Nor is a deal won because a call says so.
				await send({ id: 14, status_id: AMO_STAGE.won });
			}

			expect(added()).toMatchObject([
				{ name: 'Орлова Мия', is_study: 1, branch_ids: [1], email: ['mia@x.org'] },
			]);
			expect(String(added()[0].phone).replace(/\D/g, '')).toBe('79000007722');
			expect(comments(added()[0].id)).toEqual(['Сделка amoCRM 11: Курс шахмат']);
			const found = sandbox.store.find('customer', yan.id);
			expect(found).toMatchObject({ name: 'Лидов Ян', is_study: 1, branch_ids: [2], email: ['mama@x.org'] });
			expect(comments(yan.id)).toEqual(['Сделка amoCRM 12: Робототехника']);
			const back = sandbox.store.find('customer', eva.id);
			expect(back).toMatchObject({ name: 'Ушедшая Ева', is_study: 1, e_date: '2030-12-31' });
			expect(comments(eva.id)).toEqual(['Сделка amoCRM 13: Снова']);

			// What cannot be saved is told of when all others are saved.
			const both = send(
				{ id: 15, status_id: AMO_STAGE.won },
				{ id: 16, status_id: AMO_STAGE.won },
				{ id: 18, status_id: AMO_STAGE.won },
			);
			await expect(both).rejects.toThrow(
				/^error in "Not Saved": Не перенесено: сделка 15 без контакта; +Сделка amoCRM 16: Без связи без телефона; /,
			);
			expect(added().map(({ name }) => name)).toEqual(['Орлова Мия', 'Последний']);
			expect(comments(added()[1].id)).toEqual(['Сделка amoCRM 18: Лепка']);
			// Nor does a number that finds nobody hold up the others.
			await expect(send({ id: 19, status_id: AMO_STAGE.won }, { id: 11, status_id: AMO_STAGE.won })).rejects.toThrow(
				/^error in "Not Saved": Не перенесено: +Сделка amoCRM 19: Заглушка: .*'Phone'/,
			);
			expect(added()).toHaveLength(2);
			for (const [id, told] of [
				[15, 'сделка 15 '],
				[17, 'amoCRM 17'],
			] as const) {
				await expect(send({ id, status_id: AMO_STAGE.won })).rejects.toThrow(told);
			}
			expect(added()).toHaveLength(2);
			await example.unpublish();
		} finally {
			await amo.close();
		}
	},
	otherPromises: {
		'asks amoCRM no faster than it answers, when many deals are won at once': async (
			start,
			{ client, sandbox },
		) => {
			const deals = Array.from({ length: 12 }, (_, at) => ({
				id: 100 + at,
				name: `Курс ${at}`,
				contacts: [contact(200 + at, `Клиент ${at}`, `+79000008${100 + at}`)],
			}));
			const amo = await startAmoCrm(deals);
			try {
				await saveCredentialAs(client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: AMO_TOKEN });
				const example = await startWith(start, 'package', amo.url);
				const added = watchNewCustomers(sandbox);
				const address = await example.publishWebhook('/webhook/amocrm-deal');
				const body = moved(...deals.map(({ id }) => ({ id, status_id: AMO_STAGE.won })));
				await example.waitForRunStartedBy(async () => await fetch(address, { method: 'POST', body }));
				expect(added().map(({ name }) => name)).toEqual(deals.map(({ contacts: [{ name }] }) => name));
				await example.unpublish();
			} finally {
				await amo.close();
			}
		},
		'can be tried without amoCRM, again and again': async (start, { sandbox }) => {
			const example = await start('package');
			const added = watchNewCustomers(sandbox);
			await example.runManually();
			await example.runManually();
			expect(added()).toMatchObject([{ name: 'Пример Сделка', is_study: 1, email: ['primer2@example.org'] }]);
			expect(readCommentsOf(sandbox, added()[0].id)).toHaveLength(1);
		},
	},
};
