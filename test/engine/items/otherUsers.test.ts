import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { customer, lead, patch, rows, run, whole } = officeOf(school);

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

/** Does something in AlfaCRM as soon as the run has saved so many times, before its next call. */
const afterSaves = (count: number, work: () => void) => {
	let saves = 0;
	let done = false;
	school.sandbox.onSend = ({ action }) => {
		if (action === 'update' || action === 'create') saves += 1;
		if (saves >= count && !done) {
			done = true;
			work();
		}
	};
};

describe('changes by people in AlfaCRM between two items of one run', () => {
	it('a phone added by hand survives, matched by phone', async () => {
		const id = lead({ phone: ['+7(900)555-00-01'] });
		afterSaves(1, () => patch('customer', id, { phone: ['+7(900)555-00-01', '+7(900)555-00-09'] }));
		await run(byPhone('+7(900)555-00-01', { phone: '={{ $json.more }}' } as never, {}), {
			items: [{ more: '+7(900)555-00-02' }, { more: '+7(900)555-00-03' }],
		});
		expect(customer(id).phone).toContain('+7(900)555-00-09');
	});

	it('a teacher added by hand survives Assign Teachers', async () => {
		const id = lead({ teacher_ids: [] });
		afterSaves(1, () => patch('customer', id, { teacher_ids: [1, 5] }));
		await run(
			{
				resource: 'customer',
				operation: 'assignTeachers',
				branchId: 1,
				id: pick(id),
				teacher_ids: '={{ [$json.teacher] }}',
				listMode: 'add',
			} as INodeParameters,
			{ items: [{ teacher: 1 }, { teacher: 2 }] },
		);
		expect(customer(id).teacher_ids).toEqual(expect.arrayContaining([1, 2, 5]));
	});

	it('a phone that was taken away by hand does not match any more', async () => {
		const id = lead({ phone: ['+7(900)555-00-01'], name: 'Мать' });
		afterSaves(1, () => patch('customer', id, { phone: ['+7(900)555-00-77'] }));
		const out = await run(byPhone('+7(900)555-00-01', { name: 'Сын', note: '={{ $json.note }}' }), {
			items: [{ note: 'a' }, { note: 'b' }],
		});
		expect(out[1].operationResult).toBe('created');
		expect(customer(id)).toMatchObject({ phone: ['+7(900)555-00-77'], note: 'a' });
	});

	it('a stage that was changed by hand is set as the item says, matched by a custom field', async () => {
		const one = lead({ custom_dogovor: 'A-1' });
		const two = lead({ custom_dogovor: 'A-2', lead_status_id: 1 });
		afterSaves(1, () => patch('customer', two, { lead_status_id: 2, note: 'by hand' }));
		const out = await run(byCustom('={{ $json.n }}', { lead_status_id: '={{ $json.s }}' } as never), {
			items: [
				{ n: 'A-1', s: 3 },
				{ n: 'A-2', s: 1 },
			],
		});
		expect(out.map(({ id }) => id)).toEqual([one, two]);
		expect(customer(two).lead_status_id).toBe(1);
	});

	it('a phone added by hand survives, matched by a custom field', async () => {
		lead({ custom_dogovor: 'A-1' });
		const two = lead({ custom_dogovor: 'A-2', phone: ['+7(900)555-00-01'] });
		afterSaves(1, () => patch('customer', two, { phone: ['+7(900)555-00-01', '+7(900)555-00-09'] }));
		await run(byCustom('={{ $json.n }}', { phone: '={{ $json.p }}' } as never), {
			items: [
				{ n: 'A-1', p: '+7(900)555-11-11' },
				{ n: 'A-2', p: '+7(900)555-00-02' },
			],
		});
		expect(customer(two).phone).toEqual(
			expect.arrayContaining(['+7(900)555-00-01', '+7(900)555-00-09', '+7(900)555-00-02']),
		);
	});

	it('a customer made by hand is not made again, matched by a custom field', async () => {
		lead({ custom_dogovor: 'A-1' });
		afterSaves(1, () => void lead({ custom_dogovor: 'A-2', name: 'Рука' }));
		await run(byCustom('={{ $json.n }}', { name: 'N', note: 'x' }), {
			items: [{ n: 'A-1' }, { n: 'A-2' }],
		});
		expect(rows('customer').filter((row) => row.custom_dogovor === 'A-2')).toHaveLength(1);
	});
});

describe('a record that another execution changes between search and save', () => {
	it('is not written when it does not match any more', async () => {
		const id = lead({ phone: ['+7(900)555-00-01'], name: 'Мать' });
		const update: INodeParameters = {
			resource: 'customer',
			operation: 'update',
			branchId: 1,
			id: pick(id),
			listMode: 'replace',
			updateFields: { phone: '+7(900)555-00-77' },
			options: {},
		};
		// The other execution begins when the first one has searched, and is done before that one saves.
		let other: Promise<unknown> | undefined;
		school.sandbox.onSend = async ({ entity, action, body }) => {
			if (other || entity !== 'customer' || action !== 'index') return;
			if (!('phone' in (body as IDataObject))) return;
			other = run(update);
			await other;
		};
		const { error } = await whole(byPhone('+7(900)555-00-01', { name: 'Сын', note: 'сын' }));
		expect(other).toBeDefined();
		expect(error?.message).toContain('was changed by another execution');
		expect(customer(id)).toMatchObject({ name: 'Мать', phone: ['+7(900)555-00-77'], note: null });
	});
});
