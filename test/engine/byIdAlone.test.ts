import type { INodeParameters } from 'n8n-workflow';

import { entities } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/** What is about one record by its ID, of any entity, without a branch. */
const school = useSchool({ customers: 12 });
const { addRecord, readRecord, readRecords, run, changeSettings, expectRefused, runToEnd } =
	frontDeskOf(school);

const HOME = 2;
const byId = entities.filter(
	({ scope, operations, parentFields = [], match }) =>
		scope === 'branch' && operations.includes('get') && parentFields.length === 0 && !match,
);
const find = ({ resource }: Entity, id: unknown, operation = 'get', more: object = {}): INodeParameters => ({
	...{ resource, operation, id: String(id), ...more },
});
/** One of a branch that is neither the first one nor the only one. */
const addAtHome = ({ path }: Entity): number => {
	const like = { name: 'Одна', ...readRecords(path)[0], branch_id: HOME, branch_ids: [HOME] };
	return addRecord(path, Object.fromEntries(Object.entries(like).filter(([name]) => name !== 'id')));
};
const leaveOneBranch = () => {
	for (const { id } of readRecords('branch').slice(1)) school.sandbox.store.remove('branch', id as number);
};

it.each(byId.map((entity) => [entity.resource, entity] as const))(
	'finds the branch of a record by its ID: %s',
	async (_resource, entity) => {
		expect(readRecords('branch').length).toBeGreaterThan(1);
		const id = addAtHome(entity);
		expect(await run(find(entity, id))).toMatchObject([{ id }]);
		if (entity.operations.includes('delete')) {
			const before = school.sandbox.snapshot();
			expect(await run(find(entity, id, 'delete'))).toEqual([{ id, deleted: true }]);
			const changes = school.sandbox.changes(before);
			expect(changes).toMatchObject([{ entity: entity.path, id }]);
			expect(changes[0].after).toBeUndefined();
		}
		const { label } = entity;
		expect((await expectRefused(find(entity, 100_500))).message).toBe(
			`AlfaCRM has no ${label.toLowerCase()} with ID 100500 in the branches that could be searched`,
		);
	},
);

it('changes the one that is meant', async () => {
	const status = entities.find(({ resource }) => resource === 'studyStatus') as Entity;
	const id = addAtHome(status);
	await run(find(status, id, 'update', { updateFields: { name: 'Отпуск' } }));
	expect(readRecord('study-status', id)).toMatchObject({ name: 'Отпуск', branch_id: HOME });
});

it('asks in the only branch at once, and has nothing to say about it', async () => {
	leaveOneBranch();
	const { json, hints } = await runToEnd({ resource: 'pay', operation: 'get', id: '1' });
	expect([json[0].id, hints]).toEqual([1, []]);
	expect(school.readJournal('pay/index').map(({ branch }) => branch)).toEqual([1]);
});

it('completes a lesson in its own branch, with names that are of that, also in later items', async () => {
	const [, blue] = [1, HOME].map((branch_id) =>
		addRecord('room', { name: 'Синий', branch_id, is_enabled: 1 }),
	);
	const customers = readRecords('customer')
		.slice(0, 2)
		.map(({ id }) => Number(id));
	const lesson = addRecord('lesson', {
		...{
			branch_id: HOME,
			date: '2026-02-09',
			time_from: '2026-02-09 10:00:00',
			time_to: '2026-02-09 11:00:00',
		},
		...{
			lesson_type_id: 1,
			subject_id: 1,
			teacher_ids: [],
			status: 1,
			customer_ids: customers,
			group_ids: [],
		},
	});
	await run(
		{
			...{
				resource: 'lesson',
				operation: 'complete',
				id: recordWithId(lesson),
				present_ids: '={{ $json.customer }}',
			},
			additionalFields: { room_id: { __rl: true, mode: 'name', value: '={{ $json.room }}' } },
		},
		{ items: customers.map((customer, index) => ({ customer, room: index === 0 ? '' : 'Синий' })) },
	);
	const [{ body, branch }] = school.readJournal('lesson/teach');
	expect(branch).toBe(HOME);
	expect(body).toMatchObject({
		...{ branch_id: HOME, room_id: blue },
		details: customers.map((customer_id) => ({ customer_id, branch_id: HOME })),
	});
});

it('is refused where this user may not list the branches', async () => {
	changeSettings({ forbiddenCalls: ['branch/index'] });
	const { message, description } = await expectRefused({ resource: 'pay', operation: 'delete', id: '1' });
	expect(message).toBe(
		'The branch of this record is not known: this user may not list the branches of the account',
	);
	expect(description).toContain('If the main branch is disabled in AlfaCRM');
});
