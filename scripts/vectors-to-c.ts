export function vectorFiles() { return []; }
