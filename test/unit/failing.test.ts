import { failsForLong, failsNoMore } from '../../nodes/AlfaCrm/trigger/memory/failing';

const HOUR = 60 * 60_000;
const START = Date.UTC(2026, 0, 5);

/** Whether a record that fails at these hours is given up at the last one. */
const isGivenUp = (what: string, hours: number[]) =>
	hours.map((hour) => {
		jest.setSystemTime(START + hour * HOUR);
		return failsForLong(what, what);
	})[hours.length - 1];

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it.each([
	{ hours: [0, 23], is: false },
	{ hours: [0, 23, 24], is: true },
	{ hours: [0, 30 * 24], is: false },
	{ hours: [0, 29 * 24], is: true },
])('a record that fails at the hours $hours is given up: $is', ({ hours, is }) => {
	expect(isGivenUp(`record ${hours.join()}`, hours)).toBe(is);
});

it('a record that was read in between fails for the first time', () => {
	isGivenUp('record', [0]);
	failsNoMore('record', 'record');
	expect(isGivenUp('record', [24])).toBe(false);
});
