import { npm } from '../../bootstrap/npm';
import { UserFacingError } from '../../bootstrap/userFacingError';
import { ROOT } from '../paths';

/**
 * The versions of n8n that a name stands for, the best first: `latest`, a line such as 1.123, or one version. A version whose own
 * packages are not all in the registry cannot be installed, so there are others to fall back on.
 */
export async function versionsOf(name: string): Promise<string[]> {
	const ask = async (args: string[]) =>
		JSON.parse(
			await npm(['view', ...args, '--json'], { cwd: ROOT, what: `look up n8n ${name}`, downloads: true }),
		) as string | string[];
	const newest = name === 'latest' ? String(await ask(['n8n@latest', 'version'])) : name;
	const [major, minor] = newest.split('.');
	const isOne = /^\d+\.\d+\.\d+$/.test(newest) && name !== 'latest';
	if (!isOne && !/^\d+(\.\d+){0,2}$/.test(newest))
		throw new UserFacingError(`"${name}" is no version of n8n: 1.123, 2.20.12 and latest are.`);
	const all = [await ask(['n8n', 'versions'])].flat();
	const found = fallbacks(all, isOne ? newest : `${major}${minor === undefined ? '' : `.${minor}`}`);
	if (found.length === 0) throw new UserFacingError(`There is no n8n ${name}.`);
	return found;
}

/** Of all versions those of a line, newest first, without what is not yet released. */
export function fallbacks(all: string[], line: string): string[] {
	return all
		.filter((version) => /^\d+\.\d+\.\d+$/.test(version) && `${version}.`.startsWith(`${line}.`))
		.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}
