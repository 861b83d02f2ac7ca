import fs from 'node:fs';

export interface User {
	uid: number;
	gid: number;
}

/** The first comes with Debian's Postgres; the second is on every machine. */
const NAMES = ['postgres', 'nobody'];

/** Somebody to run a server that refuses to run as root; nobody but the user himself unless that is root. */
export function unprivilegedUser(): User | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const lines = fs.readFileSync('/etc/passwd', 'utf8').split('\n');
	const users = lines.map((line) => line.split(':'));
	const [found] = NAMES.flatMap((name) => users.filter(([own]) => own === name));
	return found && { uid: Number(found[2]), gid: Number(found[3]) };
}
