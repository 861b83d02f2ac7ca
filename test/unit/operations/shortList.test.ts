import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import { ShortList } from '../../../nodes/AlfaCrm/store/shortList';

/** Makes the short list of rooms with these rows. A room without flags is active. */
function makeRooms(rows: IDataObject[]): ShortList {
	return new ShortList(entityOf('room'), { rows, isComplete: true });
}

describe('findByName of a short list', () => {
	it.each([
		{ difference: 'е for ё, small letters and one blank for two', name: 'желтый зал' },
		{ difference: 'capital letters, a non-breaking blank and blanks around it', name: ' ЖЁЛТЫЙ\u00a0зал ' },
	])('finds "Жёлтый  зал" by a name with $difference', ({ name }) => {
		const rooms = makeRooms([
			{ id: 1, name: 'Жёлтый  зал' },
			{ id: 2, name: 'Красный зал' },
		]);

		expect(rooms.findByName(name)).toMatchObject([{ id: 1, title: 'Жёлтый  зал' }]);
	});

	it.each([
		{ name: 'Жёлтый', reason: 'only begins like the name of a room' },
		{ name: '', reason: 'is empty' },
	])('finds nothing by "$name", which $reason', ({ name }) => {
		const rooms = makeRooms([{ id: 1, name: 'Жёлтый зал' }]);

		expect(rooms.findByName(name)).toEqual([]);
	});

	it('finds the active room when a room that is switched off has the same name', () => {
		const rooms = makeRooms([
			{ id: 1, name: 'Красный', is_enabled: 0 },
			{ id: 2, name: 'красный', is_enabled: '1' },
		]);

		expect(rooms.findByName('Красный')).toMatchObject([{ id: 2 }]);
	});

	it('finds an archived room when no active one has the name', () => {
		const rooms = makeRooms([{ id: 1, name: 'Старый', removed: 1 }]);

		expect(rooms.findByName('Старый')).toMatchObject([{ id: 1 }]);
	});

	it('finds all active rooms with the name', () => {
		const rooms = makeRooms([
			{ id: 1, name: 'Синий' },
			{ id: 2, name: 'СИНИЙ' },
		]);

		expect(rooms.findByName('Синий')).toMatchObject([{ id: 1 }, { id: 2 }]);
	});

	it('reads an ID that comes as a text', () => {
		const rooms = makeRooms([{ id: '5', name: 'Синий' }]);

		expect(rooms.findByName('Синий')).toMatchObject([{ id: 5 }]);
	});

	it('leaves out a row without an ID', () => {
		const rooms = makeRooms([{ name: 'Без номера' }]);

		expect(rooms.findByName('Без номера')).toEqual([]);
	});
});

describe('choices of a short list', () => {
	it('offers the active rooms', () => {
		const rooms = makeRooms([
			{ id: 1, name: 'Жёлтый зал' },
			{ id: 2, name: 'Красный', is_enabled: 0 },
			{ id: 3, name: 'Старый', removed: 1 },
			{ id: 4, name: 'Синий', is_enabled: '1' },
		]);

		expect(rooms.choices).toMatchObject([{ id: 1 }, { id: 4 }]);
	});

	it('offers all rooms when none is active', () => {
		const rooms = makeRooms([{ id: 1, name: 'Закрыта', is_enabled: 0 }]);

		expect(rooms.choices).toMatchObject([{ id: 1 }]);
	});
});
