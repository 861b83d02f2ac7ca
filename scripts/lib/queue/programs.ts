import fs from 'node:fs';
import path from 'node:path';
import { UserFacingError } from '../../bootstrap/userFacingError';

/** Each version of Postgres has a folder of its own on Debian, which is not in the PATH. */
const VERSIONS = '/usr/lib/postgresql';
/** Where package managers put programs, for those whose PATH is short. */
const USUAL = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Programs of a database server, all of one version. */
interface Postgres {
	initdb: string;
	postgres: string;
}

/** The servers that n8n needs in queue mode, as the machine has them. */
export function findPrograms(folders = usualFolders()): { postgres: Postgres; redis: string } {
	/** The first that has all of these. */
	const folderWith = (...names: string[]) =>
		folders.find((folder) => names.every((name) => fs.existsSync(path.join(folder, name))));
	const postgres = folderWith('initdb', 'postgres');
	const redis = folderWith('redis-server');
	if (postgres && redis) {
		const own = (name: keyof Postgres) => fs.realpathSync(path.join(postgres, name));
		return {
			postgres: { initdb: own('initdb'), postgres: own('postgres') },
			redis: path.join(redis, 'redis-server'),
		};
	}
	const missing = [...(postgres ? [] : ['Postgres']), ...(redis ? [] : ['Redis'])].join(' and ');
	throw new UserFacingError(
		`n8n's queue mode needs ${missing}, which this machine does not have.\nOn Debian and Ubuntu: apt-get install postgresql redis-server`,
	);
}

function usualFolders(): string[] {
	const inPath = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
	return [...inPath, ...USUAL, ...versions()];
}

/** Newest first. */
function versions(): string[] {
	const found = fs.existsSync(VERSIONS) ? fs.readdirSync(VERSIONS) : [];
	return found.sort((a, b) => Number(b) - Number(a)).map((version) => path.join(VERSIONS, version, 'bin'));
}
