# The image of every process of the site; compose.yaml says which one runs.
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /site
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt
COPY . .
# The volume takes its owner from here.
RUN useradd --system --uid 900 lfr && install --directory --owner lfr --mode 0700 /data
USER lfr
