import type { INodeParameters } from 'n8n-workflow';

import type { Example } from '../support/example';
import { readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job } from './types';

const FIELDS = ['name', 'phone', 'email', 'comment'] as const;
const LABELS = { name: 'Имя', phone: 'Телефон', email: 'Почта', comment: 'Комментарий' };
type Filled = Partial<Record<(typeof FIELDS)[number], string>>;

/** What a browser sends of the fields, in their order. */
function bodyOf(...values: string[]): FormData {
	const body = new FormData();
	values.forEach((value, index) => body.append(`field-${index}`, value));
	return body;
}

/** Publishes it, until the form is there; returns its address. */
async function listening(example: Example): Promise<string> {
	const form = example.workflow.nodes.find(({ name }) => name === 'Website Form');
	return await example.publishWebhook(`/form/${String(form?.webhookId)}`);
}

/** The comment: all that was typed, line by line, and what of it the card does not hold. */
function told(filled: Filled, notSaved = '', more: readonly string[] = []): string {
	const lines = FIELDS.flatMap((name) => (filled[name] ? [`${LABELS[name]}: ${filled[name]}`] : []));
	return ['Заявка с сайта', ...(notSaved ? [`Не проверено: ${notSaved}`] : []), ...lines, ...more].join('\n');
}

export const formToLead: Job = {
	name: 'form-to-lead',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		const address = await listening(example);
		const send = async (filled: Filled) => {
			const body = bodyOf(...FIELDS.map((name) => filled[name] ?? ''));
			return await example.waitForRunStartedBy(async () => {
				const { status } = await fetch(address, { method: 'POST', body });
				expect(status).toBe(200);
			});
		};
		const added = watchNewCustomers(sandbox);
		const comments = (id: number) => readCommentsOf(sandbox, id);

		const mia = {
			name: 'Орлова Мия',
			phone: '+7 900 000-77-22',
			email: 'mia@example.org',
			comment: 'Шахматы?',
		};
		await send(mia);
		await send(mia);
		expect(added()).toMatchObject([{ name: 'Орлова Мия', is_study: 0, email: ['mia@example.org'] }]);
		const [{ id, phone }] = added();
		expect(String(phone).replace(/\D/g, '')).toBe('79000007722');
		expect(comments(id)).toEqual([told(mia)]);

		// A client who writes from another address, and the number in another way.
		const client = {
			name: 'Клиентов Ян',
			is_study: 1,
			phone: ['+7(900)000-77-33'],
			email: ['yan@example.org'],
		};
		const yan = sandbox.store.insert('customer', { ...client, branch_ids: [2] });
		const papa = { name: 'Папа Яна', phone: '8 (900) 000 77 33', email: 'papa@example.org' };
		await send(papa);
		expect(added()).toHaveLength(2);
		expect(sandbox.store.find('customer', yan.id)).toMatchObject(client);
		// Who keeps other values than were written is told apart by the comment.
		const first = told(papa, 'Папа Яна, papa@example.org');
		expect(comments(yan.id)).toEqual([first]);
		const self = { name: client.name, phone: '9000007733', email: 'Yan@example.org', comment: 'Это я' };
		await send(self);
		expect(comments(yan.id)).toEqual([first, told(self)]);

		// Someone in the archive stays there.
		const left = {
			phone: ['+7(900)000-77-44'],
			email: [],
			is_study: 0,
			branch_ids: [1],
			e_date: '2026-01-15',
		};
		const eva = sandbox.store.insert('customer', { name: 'Ушедшая Ева', ...left });
		const again = { name: 'Ева', phone: '9000007744', email: 'eva@example.org', comment: 'Снова хочу' };
		await send(again);
		expect(added()).toHaveLength(3);
		expect(sandbox.store.find('customer', eva.id)).toMatchObject({
			name: 'Ушедшая Ева',
			...left,
		});
		expect(comments(eva.id)).toEqual([told(again, 'Ева, eva@example.org')]);

		// A brother with the phone of the first child, and more than AlfaCRM takes for a name and for a comment.
		const brother = { name: 'Орлов Лев', phone: mia.phone, comment: 'И брата' };
		await send(brother);
		expect(added()).toHaveLength(3);
		expect(comments(id)).toEqual(expect.arrayContaining([told(brother, 'Орлов Лев')]));
		const long = 'Орлова Александра Константиновна, 7 лет, мама Анастасия Викторовна';
		await send({ name: long, phone: '+7 900 000-77-55', comment: 'Мы '.repeat(1_000) });
		const last = added()[3];
		expect(last.name).toBe(`${long.slice(0, 49)}…`);
		expect(comments(last.id)).toEqual([
			expect.stringContaining(told({ name: long, phone: '+7 900 000-77-55', comment: 'Мы Мы ' }, long)),
		]);
		// A name of blanks.
		await send({ name: '  ', phone: '+7 900 000-77-66' });
		expect(added()[4]).toMatchObject({ name: '+7 900 000-77-66', is_study: 0 });
		await example.unpublish();
	},
	otherPromises: {
		'finds whoever has typed more than a number again by the number alone': async (start, { sandbox }) => {
			const example = await start('package');
			const address = await listening(example);
			const added = watchNewCustomers(sandbox);
			const send = async (...values: string[]) =>
				await example.waitForRunStartedBy(
					async () => await fetch(address, { method: 'POST', body: bodyOf(...values) }),
				);
			const typed = [
				['+7 8 900 000-88-01 звонить с 18 до 20', '9000008801'],
				['2-12-34, 8 900 000-88-02', '+7 (900) 000-88-02'],
				['8 (495) 000-88-09 доб. 1234', '84950008809'],
			];
			for (const [phone, again] of typed) {
				await send('Ия', phone, '', '');
				await send('Ия', again, '', '');
			}
			expect(added()).toHaveLength(typed.length);
			expect(added().flatMap(({ id }) => readCommentsOf(sandbox, id))).toEqual(
				typed.flat().map((phone) => expect.stringContaining(`Телефон: ${phone}`) as string),
			);

			// Nobody gets into a card by a number or an address of his own beside the number of the customer.
			const card = { name: 'Мама', is_study: 1, phone: ['+7(900)000-77-33'], email: [], branch_ids: [1] };
			const mother = sandbox.store.insert('customer', card);
			const numbers = '8 900 000 77 33, +7 900 000-77-99';
			const stranger = { name: 'Чужой', phone: numbers, email: 'stranger@example.org' };
			await send(stranger.name, numbers, stranger.email, '');
			expect(sandbox.store.find('customer', mother.id)).toMatchObject(card);
			expect(readCommentsOf(sandbox, mother.id)).toEqual([
				told(stranger, `Чужой, stranger@example.org, ${numbers}`),
			]);
			await example.unpublish();
		},
		'writes one comment for three deliveries where the import has dropped the time zone': async (
			start,
			{ sandbox },
		) => {
			const example = await start('package', (workflow) => ({
				...workflow,
				settings: { executionOrder: 'v1' },
			}));
			const address = await listening(example);
			const added = watchNewCustomers(sandbox);
			const filled = { name: 'Орлова Мия', phone: '+7 900 000-88-21', comment: 'Шахматы?' };
			const body = () => bodyOf(filled.name, filled.phone, '', filled.comment);

			for (let delivery = 1; delivery <= 3; delivery++) {
				await example.waitForRunStartedBy(async () => await fetch(address, { method: 'POST', body: body() }));
			}

			expect(added()).toHaveLength(1);
			expect(readCommentsOf(sandbox, added()[0].id)).toEqual([told(filled)]);
			await example.unpublish();
		},
		'keeps what a school adds to the form': async (start, { sandbox }) => {
			const example = await start('package', (workflow) => ({
				...workflow,
				nodes: workflow.nodes.map((node) => {
					if (node.name !== 'Website Form') return node;
					const { values } = node.parameters.formFields as { values: INodeParameters[] };
					const formFields = { values: [...values, { fieldLabel: 'Курс', fieldType: 'text' }] };
					return { ...node, parameters: { ...node.parameters, formFields } };
				}),
			}));
			const address = await listening(example);
			const added = watchNewCustomers(sandbox);
			const body = bodyOf('Ия', '9000008808', '', 'Да', 'Шахматы');
			await example.waitForRunStartedBy(async () => await fetch(address, { method: 'POST', body }));
			expect(readCommentsOf(sandbox, added()[0].id)).toEqual([
				told({ name: 'Ия', phone: '9000008808', comment: 'Да' }, '', ['Курс: Шахматы']),
			]);
			await example.unpublish();
		},
	},
};
