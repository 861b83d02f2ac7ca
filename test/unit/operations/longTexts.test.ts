import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

let school: SmallSchool;
let customer: number;
beforeEach(() => {
	school = new SmallSchool();
	school.add('user', { name: 'A', email: 'api@school.example' });
	school.add('pay-account', { name: 'A' });
	customer = school.lead();
});

describe('a text that is longer than AlfaCRM takes', () => {
	const LONG = 'ы'.repeat(3_000);
	const record = (resource: string, operation: string, more: IDataObject): IDataObject => ({
		resource,
		operation,
		branchId: 1,
		simplify: false,
		...more,
	});
	const job = (operation: string, more: IDataObject): IDataObject =>
		record('customer', operation, { id: customer, ...more });
	const payment = {
		customer_id: 1,
		income: 5,
		pay_account_id: 1,
		pay_type_id: 1,
		document_date: '2026-02-10',
	};

	it.each<[what: string, label: string, longest: number, form: () => IDataObject]>([
		['Customer → Create', 'Name', 50, () => record('customer', 'create', { name: LONG, is_study: 0 })],
		[
			'Customer → Update',
			'Payer Name',
			50,
			() => record('customer', 'update', { id: customer, updateFields: { legal_name: LONG } }),
		],
		[
			'Group → Create or Update',
			'Note',
			255,
			() => record('group', 'upsert', { matchBy: 'name', name: 'А', fieldsToSet: { note: LONG } }),
		],
		[
			'Payment → Create',
			'Payer Name',
			50,
			() => record('pay', 'create', { ...payment, additionalFields: { payer_name: LONG } }),
		],
		[
			'Take Payment',
			'Payer Name',
			50,
			() => job('takePayment', { income: 5, pay_account_id: 1, additionalFields: { payer_name: LONG } }),
		],
		['Add Comment', 'Comment', 2048, () => job('addComment', { comment: LONG })],
		[
			'Communication → Create',
			'Comment',
			2048,
			() =>
				record('communication', 'create', {
					related_id: customer,
					class: 'Customer',
					type_id: 1,
					comment: LONG,
				}),
		],
	])('is refused by %s, or shortened where that is wanted: %s to %d', async (_what, label, longest, form) => {
		const { error } = await school.run(form());
		expect(error).toMatchObject({
			message: `'${label}' has 3000 characters; AlfaCRM accepts at most ${longest}`,
			description: expect.stringContaining("turn on 'Shorten Long Texts' in 'Options'") as string,
		});
		expect(school.calls).toEqual([]);
		const { hints } = await school.done({ ...form(), options: { shortenTexts: true } });
		const [written] = school.sent.filter(({ url }) => /\/(create|update)$/.test(url)).slice(-1);
		expect(Object.values(written.body)).toContain(`${'ы'.repeat(longest - 1)}…`);
		expect(hints).toContain(
			`Texts that are longer than AlfaCRM takes were shortened: '${label}' to ${longest} characters`,
		);
	});

	it('is the same comment when it is shortened again', async () => {
		const comment = job('addComment', { comment: LONG, options: { shortenTexts: true } });
		for (const operationResult of ['created', 'unchanged'])
			expect((await school.done(comment)).json).toMatchObject([{ operationResult }]);
	});

	it('is refused by a correction, which has no such option', async () => {
		const form = record('pay', 'createCorrection', { ...payment, additionalFields: { payer_name: LONG } });
		const { error } = await school.run(form);
		expect(error?.description).toBe('Shorten it. Nothing was sent to AlfaCRM.');
	});
});
