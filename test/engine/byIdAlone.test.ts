import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { LESSON_STATUS } from '../support/codes';
import { recordWithId, recordWithName } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/** Operations on one record that is named by its ID alone, while Branch is empty. */
const school = useSchool({ customers: 12 });
const { addLead, addRecord, changeSettings, expectRefused, readRecord, readRecords, run, runToEnd } =
	frontDeskOf(school);

/** A branch of the account that is neither the first one nor the only one. */
const NORTH = 2;
const UNKNOWN_ID = 100_500;

const ENTITIES_BY_ID = entities.filter(
	({ scope, operations, parentFields = [], match }) =>
		scope === 'branch' && operations.includes('get') && parentFields.length === 0 && !match,
);
const ENTITIES_TO_DELETE = ENTITIES_BY_ID.filter(({ operations }) => operations.includes('delete'));

it.each(ENTITIES_BY_ID)('Get of $resource finds a record of another branch', async (entity) => {
	const id = addRecordOfNorth(entity);

	const records = await run(formWithoutBranch(entity.resource, 'get', id));

	expect(records).toMatchObject([{ id }]);
});

it.each(ENTITIES_BY_ID)('Get of $resource refuses an ID that no branch has', async ({ resource, label }) => {
	const { message } = await expectRefused(formWithoutBranch(resource, 'get', UNKNOWN_ID));

	expect(message).toBe(
		`AlfaCRM has no ${label.toLowerCase()} with ID 100500 in the branches that could be searched`,
	);
});

it.each(ENTITIES_TO_DELETE)(
	'Delete of $resource deletes only the record of another branch',
	async (entity) => {
		const id = addRecordOfNorth(entity);
		const before = school.sandbox.snapshot();

		const records = await run(formWithoutBranch(entity.resource, 'delete', id));

		expect(records).toEqual([{ id, deleted: true }]);
		expect(school.sandbox.changes(before)).toMatchObject([{ entity: entity.path, id }]);
		expect(readRecord(entity.path, id)).toBeUndefined();
	},
);

it('Update changes a study status of another branch', async () => {
	const status = addRecordOfNorth(entityOf('studyStatus'));

	await run(formWithoutBranch('studyStatus', 'update', status, { updateFields: { name: 'Отпуск' } }));

	expect(readRecord('study-status', status)).toMatchObject({ name: 'Отпуск', branch_id: NORTH });
});

it('Get with an empty Branch reads the only branch of the account at once and adds no hint', async () => {
	removeAllBranchesButTheFirst();

	const { json, hints } = await runToEnd(formWithoutBranch('pay', 'get', 1));

	expect(json).toMatchObject([{ id: 1 }]);
	expect(hints).toEqual([]);
	expect(school.readJournal('pay/index')).toMatchObject([{ branch: 1 }]);
});

describe('Complete of a lesson of another branch', () => {
	let anna: number;
	let boris: number;
	let lesson: number;

	beforeEach(() => {
		anna = addLead();
		boris = addLead();
		lesson = addRecord('lesson', {
			branch_id: NORTH,
			date: '2026-02-09',
			time_from: '2026-02-09 10:00:00',
			time_to: '2026-02-09 11:00:00',
			lesson_type_id: 1,
			subject_id: 1,
			teacher_ids: [],
			status: LESSON_STATUS.planned,
			customer_ids: [anna, boris],
			group_ids: [],
		});
	});

	const COMPLETE_BY_ITEM: INodeParameters = {
		resource: 'lesson',
		operation: 'complete',
		id: recordWithId('={{ $json.lesson }}'),
		present_ids: '={{ $json.customer }}',
		additionalFields: { room_id: recordWithName('={{ $json.room }}') },
	};

	it('Complete completes a lesson of another branch for the customers of both items', async () => {
		await run(COMPLETE_BY_ITEM, {
			items: [
				{ lesson, customer: anna, room: '' },
				{ lesson, customer: boris, room: '' },
			],
		});

		expect(school.readJournal('lesson/teach')).toMatchObject([
			{
				branch: NORTH,
				body: {
					branch_id: NORTH,
					details: [
						{ customer_id: anna, branch_id: NORTH },
						{ customer_id: boris, branch_id: NORTH },
					],
				},
			},
		]);
	});

	it('Complete looks up the room that a later item names in the branch of the lesson', async () => {
		addRecord('room', { name: 'Синий', branch_id: 1, is_enabled: 1 });
		const blueRoomOfNorth = addRecord('room', { name: 'Синий', branch_id: NORTH, is_enabled: 1 });

		await run(COMPLETE_BY_ITEM, {
			items: [
				{ lesson, customer: anna, room: '' },
				{ lesson, customer: boris, room: 'Синий' },
			],
		});

		expect(school.readJournal('lesson/teach')).toMatchObject([{ body: { room_id: blueRoomOfNorth } }]);
	});
});

it('Delete with an empty Branch is refused when the user may not list the branches', async () => {
	changeSettings({ forbiddenCalls: ['branch/index'] });

	const { message, description } = await expectRefused(formWithoutBranch('pay', 'delete', 1));

	expect(message).toBe(
		'The branch of this record is not known: this user may not list the branches of the account',
	);
	expect(description).toContain('If the main branch is disabled in AlfaCRM');
});

/** Fills the form of an operation on one record, and leaves Branch empty. */
function formWithoutBranch(
	resource: string,
	operation: string,
	id: number,
	parameters: INodeParameters = {},
): INodeParameters {
	return { resource, operation, id: String(id), ...parameters };
}

/** Adds a record of branch 2 that is like the first record of its entity. */
function addRecordOfNorth({ path }: Entity): number {
	const firstRecord: IDataObject = { name: 'Одна', ...readRecords(path)[0] };
	delete firstRecord.id;
	return addRecord(path, { ...firstRecord, branch_id: NORTH, branch_ids: [NORTH] });
}

function removeAllBranchesButTheFirst(): void {
	school.sandbox.store.remove('branch', 2);
	school.sandbox.store.remove('branch', 3);
}
