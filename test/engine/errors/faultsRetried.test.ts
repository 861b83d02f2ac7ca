import { create, list, onCreate, onIndex } from '../support/faults';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

describe('when AlfaCRM has acted and the answer is lost', () => {
	const leads = () => school.sandbox.store.rows('customer').filter(({ name }) => name === 'Новый Лид');

	it.each([
		{ kind: 'reset' },
		{ kind: 'resetMidAnswer' },
		{ kind: 'status', status: 502 },
		{ kind: 'status', status: 503 },
		{ kind: 'html', status: 502 },
		{ kind: 'cutJson' },
	])('$kind $status leaves exactly one record and says that it may be there', async (fault) => {
		school.sandbox.faults.add(onCreate({ ...fault, when: 'after' }));

		const { error } = await school.engine.run({ parameters: create });

		expect(leads()).toHaveLength(1);
		expect(school.entries('customer/create')).toHaveLength(1);
		expect(error?.description).toContain('may have carried it out all the same');
	});

	it('a 429 before it acts still makes one record', async () => {
		school.sandbox.faults.add(onCreate({ kind: 'tooMany', retryAfter: 0 }));

		const { json } = await school.engine.run({ parameters: create });

		expect(leads().map(({ id }) => id)).toEqual([json[0].id]);
		expect(school.entries('customer/create')).toHaveLength(2);
	});
});

describe('a fault that passes', () => {
	it.each([
		{ kind: 'reset' },
		{ kind: 'resetMidAnswer' },
		{ kind: 'status', status: 502 },
		{ kind: 'status', status: 504 },
		{ kind: 'tooMany', retryAfter: 1 },
	])('$kind $status does not show in a list', async (fault) => {
		school.sandbox.faults.add(onIndex({ ...fault, times: 1 }));

		const { json, error } = await school.engine.run({
			parameters: { ...list, returnAll: true, is_study: 2, removed: 1 },
		});

		expect(error).toBeUndefined();
		const expected = school.sandbox.store
			.rows('customer')
			.filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
		expect(json).toHaveLength(expected.length);
	});
});
