import { explainObstacles } from '../../../nodes/AlfaCrm/operations/lessons/book/slotErrors';
import type { SlotSearch } from '../../../nodes/AlfaCrm/operations/lessons/timetable';

it('a busy lesson that shows neither teacher nor room is named as one of the teacher', () => {
	const teacher = { id: 7, name: 'Петров Лев', branches: [1] };
	const lesson = { id: 12, teacher_ids: null, room_id: null };
	const occurrence = { date: '2031-03-10', lesson, isRegular: false, isProbablyReplaced: false };
	const candidate = { teacher, obstacle: occurrence };
	const search = { firstDay: '2031-03-10', duration: 60 } as SlotSearch;

	const message = explainObstacles([candidate], search, { date: '2031-03-10', start: '10:00' });

	expect(message).toBe('Teacher 7 (Петров Лев) has another lesson on 2031-03-10 at 10:00: lesson 12');
});
