import type { IDataObject } from 'n8n-workflow';

import type { Candidate } from '../../../nodes/AlfaCrm/operations/lessons/book/slotErrors';
import { explainObstacles } from '../../../nodes/AlfaCrm/operations/lessons/book/slotErrors';
import type { SlotSearch } from '../../../nodes/AlfaCrm/operations/lessons/timetable';

const PETROV = { id: 7, name: 'Петров Лев', branches: [1] };
const OTHER_TEACHER = 8;
const ROOM = 3;
const MONDAY_AT_TEN = { date: '2031-03-10', start: '10:00' };

/** Makes the search for a slot of an hour with Petrov on Monday. */
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

/** Makes the candidate Petrov, who cannot give the lesson because of another lesson. */
function petrovBlockedByLesson(lesson: IDataObject): Candidate {
	const obstacle = { date: '2031-03-10', lesson, isRegular: false, isProbablyReplaced: false };
	return { teacher: PETROV, obstacle };
}

/** Makes the candidate Petrov, who cannot give the lesson because of a regular lesson. */
function petrovBlockedByRegularLesson(regularLesson: IDataObject): Candidate {
	const obstacle = {
		date: '2031-03-10',
		lesson: regularLesson,
		isRegular: true,
		isProbablyReplaced: false,
	};
	return { teacher: PETROV, obstacle };
}

describe('explainObstacles', () => {
	it('explainObstacles names the teacher when AlfaCRM shows neither a teacher nor a room of the other lesson', () => {
		const otherLesson = { id: 12, teacher_ids: null, room_id: null };

		const message = explainObstacles([petrovBlockedByLesson(otherLesson)], searchOnMonday(), MONDAY_AT_TEN);

		expect(message).toBe('Teacher 7 (Петров Лев) has another lesson on 2031-03-10 at 10:00: lesson 12');
	});

	it('explainObstacles names the room when another teacher has a lesson in the room of the search', () => {
		const otherLesson = { id: 12, teacher_ids: [OTHER_TEACHER], room_id: ROOM };

		const message = explainObstacles(
			[petrovBlockedByLesson(otherLesson)],
			searchOnMonday({ roomId: ROOM }),
			MONDAY_AT_TEN,
		);

		expect(message).toBe('Room 3 has another lesson on 2031-03-10 at 10:00: lesson 12');
	});

	it('explainObstacles names the teacher when the teacher has a lesson in the room of the search', () => {
		const otherLesson = { id: 12, teacher_ids: [PETROV.id], room_id: ROOM };

		const message = explainObstacles(
			[petrovBlockedByLesson(otherLesson)],
			searchOnMonday({ roomId: ROOM }),
			MONDAY_AT_TEN,
		);

		expect(message).toBe('Teacher 7 (Петров Лев) has another lesson on 2031-03-10 at 10:00: lesson 12');
	});

	it('explainObstacles says that the obstacle is a regular lesson', () => {
		const regularLesson = { id: 55, teacher_ids: [PETROV.id] };

		const message = explainObstacles(
			[petrovBlockedByRegularLesson(regularLesson)],
			searchOnMonday(),
			MONDAY_AT_TEN,
		);

		expect(message).toBe(
			'Teacher 7 (Петров Лев) has another lesson on 2031-03-10 at 10:00: regular lesson 55',
		);
	});
});
