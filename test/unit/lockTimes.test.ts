import * as times from '../../nodes/AlfaCrm/api/lockTimes';

it('nobody is taken for dead who may still remove its row or write', () => {
	const { BEAT_MS, OWN_MS, FRESH_MS, DEAD_MS } = times;
	const inOrder = [BEAT_MS, OWN_MS, FRESH_MS, DEAD_MS];
	// A beat may be late by as much as lies between two of them.
	inOrder.slice(1).forEach((ms, index) => expect(ms - inOrder[index]).toBeGreaterThanOrEqual(4_000));
});

it('a claim is looked at when it must have been written', () => {
	expect(times.SETTLE_MS - times.CLAIM_MS).toBeGreaterThanOrEqual(3_000);
});

it('nobody waits for a dead holder for longer than a minute, even if the first claims are in vain', () => {
	const { DEAD_MS, SPREAD_MS, CLAIM_MS, SETTLE_MS } = times;
	expect(DEAD_MS + SPREAD_MS + 2 * (CLAIM_MS + SETTLE_MS)).toBeLessThan(60_000);
});
