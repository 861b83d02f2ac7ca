import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import { ShortList } from '../../../nodes/AlfaCrm/store/shortList';

const rooms = new ShortList(entityOf('room'), {
	isComplete: true,
	rows: [
		{ id: 1, name: 'Жёлтый  зал' },
		{ id: 2, name: 'Красный', is_enabled: 0 },
		{ id: 3, name: 'красный', is_enabled: '1' },
		{ id: 4, name: 'Старый', removed: 1 },
		{ id: '5', name: 'Синий' },
		{ id: 6, name: 'СИНИЙ' },
		{ name: 'Без номера' },
	],
});

it.each<[string, number[]]>([
	['желтый зал', [1]],
	[' ЖЁЛТЫЙ\u00a0зал ', [1]],
	['Жёлтый', []],
	['Красный', [3]],
	['Старый', [4]],
	['Синий', [5, 6]],
	['Без номера', []],
	['', []],
])('by the name %j there are %j', (name, ids) => {
	expect(rooms.findByName(name).map(({ id }) => id)).toEqual(ids);
});

it('what can be chosen is active, unless nothing is', () => {
	expect(rooms.choices.map(({ id }) => id)).toEqual([1, 3, 5, 6]);
	const rows = [{ id: 1, name: 'Закрыта', is_enabled: 0 }];
	expect(new ShortList(entityOf('room'), { rows, isComplete: true }).choices).toHaveLength(1);
});
