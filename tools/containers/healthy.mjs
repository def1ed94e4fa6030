/** Ends with 0 when the app of this container takes traffic. For a health check: the image has no curl. */
const { ok } = await fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).catch(() => ({ ok: false }));
process.exit(ok ? 0 : 1);
