import {
	forgetAccounts,
	LIST_MS,
	noteBehaviour,
	readForAllExecutions,
	wasBehaviourSeen,
} from '../../../nodes/AlfaCrm/api/accountKnowledge';
import { recordWrite } from '../../../nodes/AlfaCrm/api/locks';
import { HOUR_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import { stopTime } from './clock';

stopTime({ now: 1_000_000 });

const accountOf = (host: string, email = 'a@school.example') => `http://${host}|${email}`;
const keyOf = (account: string, ...what: string[]) => JSON.stringify([account, ...what]);
const KEY = keyOf(accountOf('127.0.0.1:1'), 'branch');

interface Given {
	notBefore?: number;
	writes?: string[];
	mayBeKept?: (value: unknown) => boolean;
	signal?: AbortSignal;
}

/** A list that was read so often. */
let readings: number;
beforeEach(() => (readings = 0));
const read = async (key = KEY, given: Given = {}, from = async () => await Promise.resolve(++readings)) => {
	const options = { notBefore: performance.now() - LIST_MS, writes: [], mayBeKept: () => true, ...given };
	return (await readForAllExecutions<unknown>(key, from, options)).value;
};

describe('what AlfaCRM was seen to do', () => {
	it('is known for an hour, and anew if it is seen anew', () => {
		expect(wasBehaviourSeen(KEY)).toBe(false);
		noteBehaviour(KEY);
		jest.advanceTimersByTime(HOUR_MS - 1);
		expect(wasBehaviourSeen(KEY)).toBe(true);
		noteBehaviour(KEY);
		jest.advanceTimersByTime(HOUR_MS - 1);
		expect(wasBehaviourSeen(KEY)).toBe(true);
		jest.advanceTimersByTime(1);
		expect(wasBehaviourSeen(KEY)).toBe(false);
	});

	it('is known of that account alone', () => {
		noteBehaviour(KEY);
		for (const other of [accountOf('127.0.0.1:2'), accountOf('127.0.0.1:1', 'b@school.example')])
			expect(wasBehaviourSeen(keyOf(other, 'branch'))).toBe(false);
	});

	it('is forgotten where there is too much of it, the oldest first', () => {
		for (let n = 0; n <= 1_000; n++) noteBehaviour(String(n));
		expect(['0', '1', '1000'].map(wasBehaviourSeen)).toEqual([false, true, true]);
	});
});

describe('what was read', () => {
	it('is read again when it is older than is wanted', async () => {
		expect(await read()).toBe(1);
		jest.advanceTimersByTime(MINUTE_MS);
		expect(await read(KEY, { notBefore: performance.now() - MINUTE_MS })).toBe(1);
		jest.advanceTimersByTime(1);
		expect(await read()).toBe(1);
		expect(await read(KEY, { notBefore: performance.now() - MINUTE_MS })).toBe(2);
		expect(await read()).toBe(2);
		jest.advanceTimersByTime(LIST_MS + 1);
		expect(await read()).toBe(3);
	});

	it('counts from when reading it began', async () => {
		await read(KEY, {}, async () => {
			jest.advanceTimersByTime(LIST_MS);
			return await Promise.resolve(++readings);
		});
		jest.advanceTimersByTime(1);
		expect(await read()).toBe(2);
	});

	it('is that of its account alone', async () => {
		expect(await read()).toBe(1);
		expect(await read(keyOf(accountOf('127.0.0.1:2'), 'branch'))).toBe(2);
		expect(await read()).toBe(1);
	});

	it('is read again after a write of this process, also one that came while it was read', async () => {
		const writes = [KEY];
		expect(await read(KEY, { writes })).toBe(1);
		recordWrite([KEY]);
		const from = async () => {
			recordWrite([KEY]);
			return await Promise.resolve(++readings);
		};
		expect(await read(KEY, { writes }, from)).toBe(2);
		expect(await read(KEY, { writes })).toBe(3);
		expect(await read(KEY, { writes })).toBe(3);
	});

	it('is not kept where it failed, or is not for others', async () => {
		const fails = async () => await Promise.reject(new Error('403'));
		await expect(read(KEY, {}, fails)).rejects.toThrow('403');
		expect(await read(KEY, { mayBeKept: () => false })).toBe(1);
		expect(await read()).toBe(2);
	});

	it('is read once for those who need it at the same moment', async () => {
		expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
	});

	it('is read by each of them where the first one fails, or reads what is not for others', async () => {
		const fails = async () => await Promise.reject(new Error('lost'));
		const [first, ...others] = await Promise.allSettled([read(KEY, {}, fails), read(), read()]);
		expect(first.status).toBe('rejected');
		expect(others).toMatchObject([{ value: 1 }, { value: 2 }]);
		forgetAccounts();
		const mayBeKept = () => false;
		expect(await Promise.all([read(KEY, { mayBeKept }), read(KEY, { mayBeKept })])).toEqual([3, 4]);
	});

	it('is waited for no longer than the execution goes on', async () => {
		let end = () => {};
		const slow = async () => await new Promise<number>((resolve) => (end = () => resolve(1)));
		const first = read(KEY, {}, slow);
		const stop = new AbortController();
		const second = read(KEY, { signal: stop.signal });
		stop.abort();
		await expect(second).rejects.toThrow();
		end();
		expect(await first).toBe(1);
	});

	it('is let go when it is too old for everybody and something else is read', async () => {
		const ever = { notBefore: -Infinity };
		await read();
		jest.advanceTimersByTime(LIST_MS + 1);
		expect(await read(KEY, ever)).toBe(1);
		await read('other');
		expect(await read(KEY, ever)).toBe(3);
	});

	it('is forgotten where there is too much of it, the oldest first', async () => {
		for (let n = 0; n <= 300; n++) await read(String(n));
		expect(readings).toBe(301);
		expect(await read('300')).toBe(301);
		expect(await read('1')).toBe(2);
		expect(await read('0')).toBe(302);
	});
});
