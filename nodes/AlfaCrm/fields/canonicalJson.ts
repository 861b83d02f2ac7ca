import { isPlain } from './blank';

/**
 * JSON in which the order of keys does not matter, for it tells nothing.
 *
 * @param lists whether the order in which something was listed does not matter either
 */
export function canonicalJson(value: unknown, lists: 'ordered' | 'unordered' = 'ordered'): string {
	return JSON.stringify(value, (_key, inner: unknown) => {
		if (lists === 'unordered' && Array.isArray(inner))
			return inner.map((one) => canonicalJson(one, lists)).sort();
		if (!isPlain(inner)) return inner;
		return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}
