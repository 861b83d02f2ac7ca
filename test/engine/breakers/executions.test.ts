import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const { lead, customer, rows, run, set, whole, patch } = officeOf(school);

const byCustom = (value: unknown, fieldsToSet: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'customField',
	matchField: 'custom_dogovor',
	matchValue: value as string,
	fieldsToSet,
	options: {},
});
const update = (id: unknown, updateFields: IDataObject, listMode = 'replace') =>
	({
		resource: 'customer',
		operation: 'update',
		branchId: 1,
		id: pick(id),
		listMode,
		updateFields,
		options: {},
	}) as INodeParameters;

describe('an item whose answer was lost', () => {
	it('is not undone by the next item, matched by phone', async () => {
		const id = lead({ phone: ['+7(900)555-00-01'] });
		school.sandbox.faults.add({
			kind: 'reset',
			when: 'after',
			match: { entity: 'customer', action: 'update' },
			skip: 1,
			times: 1,
		});
		await whole(byPhone('+7(900)555-00-01', { phone: '={{ $json.more }}' } as never), {
			items: [{ more: '+7(900)555-00-02' }, { more: '+7(900)555-00-03' }, { more: '+7(900)555-00-04' }],
			onError: 'continueErrorOutput',
		});
		expect(customer(id).phone).toHaveLength(4);
	});
	it('is not undone by the next item of Assign Teachers', async () => {
		const id = lead({ teacher_ids: [] });
		school.sandbox.faults.add({
			kind: 'reset',
			when: 'after',
			match: { entity: 'customer', action: 'update' },
			skip: 1,
			times: 1,
		});
		await whole(
			{
				resource: 'customer',
				operation: 'assignTeachers',
				branchId: 1,
				id: pick(id),
				teacher_ids: '={{ [$json.t] }}',
				listMode: 'add',
			} as INodeParameters,
			{ items: [{ t: 1 }, { t: 2 }, { t: 3 }], onError: 'continueErrorOutput' },
		);
		expect(customer(id).teacher_ids).toEqual([1, 2, 3]);
	});
});

describe('a record that another execution changes between search and save', () => {
	it('is not written when it does not match any more', async () => {
		const id = lead({ phone: ['+7(900)555-00-01'], name: 'Мать' });
		// The other execution begins when the first one has searched, and is done before that one saves.
		let begun = false;
		let other: Promise<unknown> | undefined;
		school.sandbox.onRequest = async ({ entity, action, body }) => {
			const isSearch = entity === 'customer' && action === 'index' && 'phone' in (body as IDataObject);
			if (!isSearch || begun) return;
			begun = true;
		};
		school.sandbox.onAnswer = async ({ entity, action, body }) => {
			if (other || !begun || entity !== 'customer' || action !== 'index') return;
			if (!('phone' in (body as IDataObject))) return;
			other = school.engine.run({ parameters: update(id, { phone: ['+7(900)555-00-77'] }) });
			await other;
		};
		const out = await run(byPhone('+7(900)555-00-01', { name: 'Сын', note: 'сын' }));
		await other;
		expect(customer(id)).toMatchObject({ phone: ['+7(900)555-00-77'], note: null });
	});
});

describe('one lesson for each item', () => {
	it('cancelled in the middle', async () => {
		const abort = new AbortController();
		let n = 0;
		school.sandbox.onAnswer = ({ action, entity }) => {
			if (entity === 'customer' && action === 'create' && ++n === 2) abort.abort();
		};
		const out = await whole(byPhone('={{ $json.p }}', { name: 'N' }), {
			items: ['01', '02', '03', '04'].map((p) => ({ p: `+7(900)555-44-${p}` })),
			onError: 'continueErrorOutput',
			signal: abort.signal,
		});
		expect(n).toBe(2);
	});
});

void patch;
