import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import { ShortList } from '../../../nodes/AlfaCrm/store/shortList';

/** Makes the list of rooms from AlfaCRM's rows. A room without `is_enabled` and `removed` is active. */
function makeRooms(rows: IDataObject[]): ShortList {
	return new ShortList(entityOf('room'), { rows, isComplete: true });
}

describe('findByName of a short list', () => {
	it.each([
		{ difference: 'е for ё, small letters and one blank for two', name: 'желтый зал' },
		{ difference: 'capital letters, a non-breaking blank and blanks around it', name: ' ЖЁЛТЫЙ\u00a0зал ' },
	])('findByName finds "Жёлтый  зал" by a name with $difference', ({ name }) => {
		const rooms = makeRooms([
			{ id: 1, name: 'Жёлтый  зал' },
			{ id: 2, name: 'Красный зал' },
		]);

		expect(rooms.findByName(name)).toMatchObject([{ id: 1, title: 'Жёлтый  зал' }]);
	});

	it.each([
		{ name: 'Жёлтый', reason: 'only begins like the name of a room' },
		{ name: '', reason: 'is empty' },
	])('findByName finds no room by the name "$name", which $reason', ({ name }) => {
		const rooms = makeRooms([{ id: 1, name: 'Жёлтый зал' }]);

		expect(rooms.findByName(name)).toEqual([]);
	});

	it('findByName finds the active room when a room that is switched off has the same name', () => {
		const rooms = makeRooms([
			{ id: 1, name: 'Красный', is_enabled: 0 },
			{ id: 2, name: 'красный', is_enabled: '1' },
		]);

		expect(rooms.findByName('Красный')).toMatchObject([{ id: 2 }]);
	});

	it('findByName finds an archived room when no active room has the name', () => {
		const rooms = makeRooms([{ id: 1, name: 'Старый', removed: 1 }]);

		expect(rooms.findByName('Старый')).toMatchObject([{ id: 1 }]);
	});

	it('findByName finds all active rooms with the name', () => {
		const rooms = makeRooms([
			{ id: 1, name: 'Синий' },
			{ id: 2, name: 'СИНИЙ' },
		]);

		expect(rooms.findByName('Синий')).toMatchObject([{ id: 1 }, { id: 2 }]);
	});

	it('findByName returns the ID of a room as a number, although AlfaCRM shows it as a text', () => {
		const rooms = makeRooms([{ id: '5', name: 'Синий' }]);

		expect(rooms.findByName('Синий')).toMatchObject([{ id: 5 }]);
	});

	it('findByName does not find a room without an ID', () => {
		const rooms = makeRooms([{ name: 'Без номера' }]);

		expect(rooms.findByName('Без номера')).toEqual([]);
	});
});

describe('choices of a short list', () => {
	it('a short list offers the active rooms as choices', () => {
		const rooms = makeRooms([
			{ id: 1, name: 'Жёлтый зал' },
			{ id: 2, name: 'Красный', is_enabled: 0 },
			{ id: 3, name: 'Старый', removed: 1 },
			{ id: 4, name: 'Синий', is_enabled: '1' },
		]);

		expect(rooms.choices).toMatchObject([{ id: 1 }, { id: 4 }]);
	});

	it('a short list offers all rooms as choices when none is active', () => {
		const rooms = makeRooms([{ id: 1, name: 'Закрыта', is_enabled: 0 }]);

		expect(rooms.choices).toMatchObject([{ id: 1 }]);
	});
});
