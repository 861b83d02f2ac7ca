import type { IDataObject } from 'n8n-workflow';

import type { Candidate } from '../../../nodes/AlfaCrm/operations/lessons/book/slotErrors';
import { explainObstacles } from '../../../nodes/AlfaCrm/operations/lessons/book/slotErrors';
import type { SlotSearch } from '../../../nodes/AlfaCrm/operations/lessons/timetable';

const PETROV = { id: 7, name: 'Петров Лев', branches: [1] };
const ROOM = 3;
const MONDAY_AT_TEN = { date: '2031-03-10', start: '10:00' };

/** Makes a search for an hour with Petrov on Monday. */
function searchOnMonday(values: Partial<SlotSearch> = {}): SlotSearch {
	const target = { path: 'lesson', branch: 1, query: {}, labels: {} };
	return {
		target,
		teachers: [PETROV],
		firstDay: '2031-03-10',
		lastDay: '2031-03-10',
		duration: 60,
		step: 60,
		...values,
	};
}

/** Makes the candidate Petrov, who cannot give the lesson because of another lesson or regular lesson. */
function petrovBlockedBy(lesson: IDataObject, { isRegular }: { isRegular: boolean }): Candidate {
	const obstacle = { date: '2031-03-10', lesson, isRegular, isProbablyReplaced: false };
	return { teacher: PETROV, obstacle };
}

describe('explainObstacles', () => {
	it('explainObstacles names the teacher when the lesson at that time shows neither a teacher nor a room', () => {
		const petrov = petrovBlockedBy({ id: 12, teacher_ids: null, room_id: null }, { isRegular: false });

		const message = explainObstacles([petrov], searchOnMonday(), MONDAY_AT_TEN);

		expect(message).toBe('Teacher 7 (Петров Лев) has another lesson on 2031-03-10 at 10:00: lesson 12');
	});

	it('explainObstacles names the room when another teacher has a lesson there', () => {
		const petrov = petrovBlockedBy({ id: 12, teacher_ids: [8], room_id: ROOM }, { isRegular: false });

		const message = explainObstacles([petrov], searchOnMonday({ roomId: ROOM }), MONDAY_AT_TEN);

		expect(message).toBe('Room 3 has another lesson on 2031-03-10 at 10:00: lesson 12');
	});

	it('explainObstacles names the teacher when the teacher has a lesson in the room', () => {
		const petrov = petrovBlockedBy({ id: 12, teacher_ids: [PETROV.id], room_id: ROOM }, { isRegular: false });

		const message = explainObstacles([petrov], searchOnMonday({ roomId: ROOM }), MONDAY_AT_TEN);

		expect(message).toBe('Teacher 7 (Петров Лев) has another lesson on 2031-03-10 at 10:00: lesson 12');
	});

	it('explainObstacles calls a regular lesson a regular lesson', () => {
		const petrov = petrovBlockedBy({ id: 55, teacher_ids: [PETROV.id] }, { isRegular: true });

		const message = explainObstacles([petrov], searchOnMonday(), MONDAY_AT_TEN);

		expect(message).toBe(
			'Teacher 7 (Петров Лев) has another lesson on 2031-03-10 at 10:00: regular lesson 55',
		);
	});
});
