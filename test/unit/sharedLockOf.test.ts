import { sharedLockOf } from '../../nodes/AlfaCrm/api/sharedLock';

it('is one for each node of a workflow', () => {
	const lock = sharedLockOf('workflow', 'node');
	expect(sharedLockOf('workflow', 'node')).toBe(lock);
	expect(sharedLockOf('workflow', 'other node')).not.toBe(lock);
	expect(sharedLockOf('other workflow', 'node')).not.toBe(lock);
});

it('is kept for the nodes that were at work last, however many there ever were', () => {
	const [first, kept] = ['first', 'kept'].map((node) => sharedLockOf('workflow', node));
	for (let nth = 0; nth < 999; nth++) {
		sharedLockOf('workflow', `${nth}`);
		sharedLockOf('workflow', 'kept');
	}
	expect(sharedLockOf('workflow', 'kept')).toBe(kept);
	expect(sharedLockOf('workflow', 'first')).not.toBe(first);
});
