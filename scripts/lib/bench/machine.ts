import os from 'node:os';

/** Where figures were measured. */
export const machine = () =>
	`${os.cpus().length} cores (${os.cpus()[0].model.trim()}), Node ${process.versions.node}`;
